/** The browser's own elements: they bring role, focus and keyboard with them, which the framework's look-alikes do not. */
import { h, type FunctionalComponent } from "vue";

function native(tag: string, own: Record<string, unknown> = {}): FunctionalComponent {
  const element: FunctionalComponent = (_, { slots, attrs }) => h(tag, { ...own, ...attrs }, slots.default?.());
  element.inheritAttrs = false;
  return element;
}

export const NativeButton = native("button", { type: "button" });
export const NativeCanvas = native("canvas", { role: "img" });
export const NativeFieldset = native("fieldset");
export const NativeFile = native("input", { type: "file" });
export const NativeHeader = native("header");
export const NativeHeading = native("h1");
export const NativeHeading2 = native("h2");
export const NativeInput = native("input");
export const NativeItem = native("li");
export const NativeLabel = native("label");
export const NativeLegend = native("legend");
export const NativeLink = native("a");
export const NativeList = native("ol");
export const NativeMain = native("main");
export const NativeOption = native("option");
export const NativePicture = native("img");
export const NativeSelect = native("select");
export const NativeText = native("textarea");

/** Which acts of a citizen can be asked as plain fields on a phone, made from the shape that the server gives. */
import type { Property, Schema } from "@/state/forms";

/** The form of an act's body; it may ask nothing. */
export interface ActForm extends Schema {
  hasBody: boolean;
  versionField: string;
}

interface Shape {
  properties?: Record<string, Property & { $ref?: string }>;
  $defs?: Record<string, Schema>;
}

const VERSIONS = ["version", "base_version"];

/** None for an act that needs to choose among rows or lists that a plain form cannot ask. */
export function actForm(given: unknown): ActForm | null {
  const shape = given as Shape;
  const outer = Object.entries(shape.properties ?? {});
  if (outer.some(([name]) => name !== "body")) return null;
  const reference = outer[0]?.[1].$ref;
  const body = reference ? shape.$defs?.[reference.split("/").pop() as string] : undefined;
  if (outer.length && !body) return null;
  const properties: Record<string, Property> = {};
  for (const [name, property] of Object.entries(body?.properties ?? {})) {
    const isAsked = isPlain(property) && !VERSIONS.includes(name);
    if (isAsked) properties[name] = property;
    else if (body?.required?.includes(name) && !VERSIONS.includes(name)) return null;
  }
  return {
    properties,
    required: (body?.required ?? []).filter((name) => name in properties),
    hasBody: !!body,
    versionField: VERSIONS.find((name) => body?.properties?.[name]) ?? "",
  };
}

function isPlain(property: Property): boolean {
  if (property["x-table"] || property.format === "uuid") return false;
  return ["string", "integer", "boolean"].includes(property.type ?? "");
}

export function bodyOf(form: ActForm, values: Record<string, unknown>, version: number): Record<string, unknown> {
  if (!form.hasBody) return {};
  const known = Object.fromEntries(Object.entries(values).filter(([name]) => name in (form.properties ?? {})));
  return { body: form.versionField ? { ...known, [form.versionField]: version } : known };
}

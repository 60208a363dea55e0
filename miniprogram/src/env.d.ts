declare module "*.vue" {
  import type { DefineComponent } from "vue";
  const component: DefineComponent<object, object, unknown>;
  export default component;
}
interface ImportMetaEnv {
  readonly VITE_API_HOST?: string;
  readonly VITE_WECHAT_TEMPLATE?: string;
}
interface ImportMeta {
  readonly env: ImportMetaEnv;
}

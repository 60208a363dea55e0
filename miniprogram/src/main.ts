/** The program starts here, the same way in WeChat and in a browser. */
import { createSSRApp } from "vue";
import App from "./App.vue";

export function createApp() {
  return { app: createSSRApp(App) };
}

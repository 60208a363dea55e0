import { fileURLToPath } from "node:url";
import uni from "@dcloudio/vite-plugin-uni";
import { defineConfig } from "vite";
import { noCallsHome } from "./build/no-calls-home";
import { offlineWorker } from "./build/offline-worker";

const platform = process.env.UNI_PLATFORM;
const isWeixin = platform === "mp-weixin";
const source = (path: string) => fileURLToPath(new URL(`./src/${path}`, import.meta.url));
// The plugin is CommonJS: under Node's own module loader its function is one level deeper.
const uniPlugin = (uni as unknown as { default?: typeof uni }).default ?? uni;

export default defineConfig({
  base: "/m/",
  plugins: [noCallsHome(platform), uniPlugin(), offlineWorker(platform)],
  resolve: {
    // What differs between WeChat and a browser has one name and two files.
    alias: [
      { find: /^#platform$/, replacement: source(isWeixin ? "platform/weixin.ts" : "platform/browser.ts") },
      { find: /^#offline$/, replacement: source(isWeixin ? "offline/none.ts" : "offline/outbox.ts") },
    ],
  },
  build: { target: "es2019", sourcemap: false, assetsInlineLimit: 0 },
  server: { host: "127.0.0.1", proxy: { "/api": "http://127.0.0.1:8000" } },
});

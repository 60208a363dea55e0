import uni from "@dcloudio/vite-plugin-uni";
import { defineConfig } from "vite";
import { noCallsHome } from "./build/no-calls-home";
import { offlineWorker } from "./build/offline-worker";

// The plugin is CommonJS: under Node's own module loader its function is one level deeper.
const uniPlugin = (uni as unknown as { default?: typeof uni }).default ?? uni;

export default defineConfig({
  base: "/m/",
  plugins: [noCallsHome(process.env.UNI_PLATFORM), uniPlugin(), offlineWorker(process.env.UNI_PLATFORM)],
  build: { target: "es2019", sourcemap: false, assetsInlineLimit: 0 },
  server: { host: "127.0.0.1", proxy: { "/api": "http://127.0.0.1:8000" } },
});

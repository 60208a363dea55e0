/** Takes out of the framework what would speak to an outside host, and fails the build when it is no longer where it was. */
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Plugin } from "vite";

const PRELOAD = /function preloadAsset\(\) \{[\s\S]*?\n\}\n/;
const PRELOAD_CALL = /\n\s*preloadAsset\(\);/;

/** What each platform's output must contain before it is cleaned: a pattern, and what stands there afterwards. */
const TO_CLEAN: Record<string, [RegExp, string][]> = {
  h5: [
    [/@keyframes shadow-preload\s*\{(?:[^{}]*\{[^{}]*\})*[^{}]*\}/g, "@keyframes shadow-preload{}"],
    [/https:\/\/ha[cs]1\.dcloud\.net\.cn\/\w+/g, ""],
    [/https:\/\/vuejs\.org\/error-reference\//g, ""],
  ],
  "mp-weixin": [
    [/\(https:\/\/uniapp\.dcloud\.net\.cn\/[^)]*\)/g, ""],
    [/https:\/\/vuejs\.org\/error-reference\//g, ""],
  ],
};
/** Names of XML vocabularies look like addresses; nobody calls them. */
const OUTSIDE = /https?:\/\/(?!www\.w3\.org\/)[\w.-]+/;

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(js|css|html|json|wxml|wxss)$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name));
}

export function noCallsHome(platform = "h5"): Plugin {
  let isPreloadGone = platform !== "mp-weixin";
  return {
    name: "no-calls-home",
    enforce: "pre",
    transform(code, id) {
      if (!id.includes("uni-mp-weixin/dist/uni.mp.esm.js")) return null;
      if (!PRELOAD.test(code) || !PRELOAD_CALL.test(code)) {
        this.error("The runtime's call home has moved: look at uni.mp.esm.js, then mend build/no-calls-home.ts.");
      }
      isPreloadGone = true;
      return { code: code.replace(PRELOAD, "").replace(PRELOAD_CALL, ""), map: null };
    },
    writeBundle: {
      order: "post",
      sequential: true,
      handler({ dir }) {
        if (!isPreloadGone) this.error("WeChat's runtime was not seen: its call home may be in the output.");
        const files = filesBelow(dir as string);
        for (const [pattern, instead] of TO_CLEAN[platform]) {
          const seen = files.filter((file) => {
            const before = readFileSync(file, "utf8");
            const after = before.replace(pattern, instead);
            if (after !== before) writeFileSync(file, after);
            return after !== before;
          });
          if (!seen.length) this.error(`Nothing matches ${pattern}: it has moved, mend build/no-calls-home.ts.`);
        }
        for (const file of files) {
          const host = OUTSIDE.exec(readFileSync(file, "utf8"));
          if (host) this.error(`${file} names the outside host ${host[0]}.`);
        }
      },
    },
  };
}

/** Writes the service worker that keeps the built program on the device, so that it opens without a network. */
import { createHash } from "node:crypto";
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import type { Plugin } from "vite";

// A new build is another cache; it takes over when no page of the old one is open any more.
const WORKER = `const CACHE = "vetgrid-DIGEST";
const FILES = LIST;
self.addEventListener("install", (event) => event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(FILES))));
self.addEventListener("activate", (event) =>
  event.waitUntil(
    caches
      .keys()
      .then((names) => Promise.all(names.filter((name) => name !== CACHE).map((name) => caches.delete(name))))
      .then(() => self.clients.claim()),
  ),
);
self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== "GET" || url.origin !== location.origin || !url.pathname.startsWith("/m/")) return;
  event.respondWith(caches.match(event.request, { ignoreSearch: true }).then((kept) => kept || fetch(event.request)));
});
`;

export function offlineWorker(platform = "h5"): Plugin {
  return {
    name: "offline-worker",
    writeBundle: {
      order: "post",
      sequential: true,
      handler({ dir }) {
        if (platform !== "h5") return;
        const root = dir as string;
        const files = readdirSync(root, { recursive: true, withFileTypes: true })
          .filter((entry) => entry.isFile())
          .map((entry) => relative(root, join(entry.parentPath, entry.name)))
          .filter((name) => name !== "sw.js")
          .sort();
        const digest = createHash("sha256");
        for (const name of files) digest.update(name).update(readFileSync(join(root, name)));
        const addresses = files.map((name) => (name === "index.html" ? "/m/" : `/m/${name}`));
        const worker = WORKER.replace("DIGEST", digest.digest("hex").slice(0, 16)).replace(
          "LIST",
          JSON.stringify(addresses),
        );
        writeFileSync(join(root, "sw.js"), worker);
      },
    },
  };
}

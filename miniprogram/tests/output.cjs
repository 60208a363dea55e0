/** The compiled WeChat output: where it is and which files it holds. */
const { readdirSync, readFileSync, statSync } = require("node:fs");
const { join, relative } = require("node:path");

const ROOT = join(__dirname, "..", "dist", "build", "mp-weixin");

function files(ending = "") {
  return readdirSync(ROOT, { recursive: true })
    .map(String)
    .filter((name) => name.endsWith(ending) && statSync(join(ROOT, name)).isFile())
    .sort();
}

const text = (name) => readFileSync(join(ROOT, name), "utf8");
const size = (name) => statSync(join(ROOT, name)).size;
const app = () => JSON.parse(text("app.json"));

module.exports = { ROOT, app, files, relative, size, text };

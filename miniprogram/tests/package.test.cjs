/** What WeChat would refuse or a blind person would miss, looked for in the compiled output. */
const { execFileSync } = require("node:child_process");
const { chmodSync } = require("node:fs");
const { dirname, join } = require("node:path");
const { ROOT, app, files, size, text } = require("./output.cjs");

const COMPILERS = join(dirname(require.resolve("miniprogram-compiler")), "bin", process.platform === "darwin" ? "mac" : "linux");
const MIB = 1024 * 1024;
/** Elements that a finger presses or types into. */
const INTERACTIVE = /<(button|input|textarea|picker|switch|checkbox|radio|slider|navigator)\b[^>]*>|<\w[^>]*\s(?:bind|catch):?tap=[^>]*>/g;
const NAMES_OF_XML = /https?:\/\/www\.w3\.org\/[\w/.-]*/g;

function compiled(program, endings) {
  const path = join(COMPILERS, program);
  chmodSync(path, 0o755);
  return execFileSync(path, files(endings).map((name) => `./${name}`), { cwd: ROOT, maxBuffer: 64 * MIB }).toString();
}

test("WeChat's own compilers take every template and every style sheet", () => {
  expect(files(".wxml").length).toBeGreaterThan(40);
  expect(compiled("wcc", ".wxml")).toContain("$gwx");
  expect(compiled("wcsc", ".wxss").length).toBeGreaterThan(1000);
});

test("every page that is declared is there", () => {
  const { pages, subPackages } = app();
  const all = [...pages, ...subPackages.flatMap((part) => part.pages.map((page) => `${part.root}/${page}`))];
  for (const page of all) for (const ending of [".js", ".json", ".wxml"]) expect(files()).toContain(page + ending);
});

test("the main package is far below a mebibyte, and each sub-package too", () => {
  const roots = app().subPackages.map((part) => `${part.root}/`);
  const total = (names) => names.reduce((sum, name) => sum + size(name), 0);
  expect(total(files().filter((name) => !roots.some((root) => name.startsWith(root))))).toBeLessThan(MIB);
  for (const root of roots) expect(total(files().filter((name) => name.startsWith(root)))).toBeLessThan(MIB / 2);
});

test("the output names no outside host and never calls home", () => {
  for (const name of files()) {
    const left = text(name).replace(NAMES_OF_XML, "");
    expect([name, left.match(/https?:\/\/[\w.-]+/g)]).toEqual([name, null]);
    expect([name, /preloadAssets|dcloud/.test(left)]).toEqual([name, false]);
  }
});

test("everything that can be pressed or typed into says what it is", () => {
  let seen = 0;
  for (const name of files(".wxml")) {
    for (const [element, tag] of text(name).matchAll(INTERACTIVE)) {
      if (/^<v-/.test(element)) continue; // our own component; its inside is looked at in its own file
      seen += 1;
      const isTyped = tag === "input" || tag === "textarea";
      const said = isTyped ? /\saria-label=/ : /\saria-role=/;
      expect([name, element, said.test(element)]).toEqual([name, element, true]);
    }
  }
  expect(seen).toBeGreaterThanOrEqual(8);
});

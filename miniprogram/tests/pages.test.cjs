/** The compiled WeChat pages, rendered and used in a simulation of WeChat; its own functions are recorded doubles. */
const { join } = require("node:path");
const { ROOT } = require("./output.cjs");

/** What the pages asked of WeChat, and what it answers. */
const asked = { requests: [], pages: [], calls: [] };
let answers = {};
const store = new Map();

function double(act) {
  return (options = {}) => {
    const value = act(options);
    options.success?.(value);
    options.complete?.(value);
    return Promise.resolve(value);
  };
}

function request(options) {
  asked.requests.push(options);
  const path = options.url.replace(/^.*\/api\/v1/, "").replace(/\?.*$/, "");
  const body = answers[`${options.method} ${path}`];
  const answer = body === undefined ? { statusCode: 404, data: { title: "没有。", code: "none" } } : { statusCode: 200, data: body };
  Promise.resolve().then(() => options.success?.({ header: {}, ...answer }));
  return { abort() {} };
}

const info = { brand: "x", model: "x", version: "8.0.0", SDKVersion: "3.0.0", platform: "devtools", system: "x", language: "zh_CN", theme: "light", fontSizeSetting: 17, screenWidth: 390, screenHeight: 844, windowWidth: 390, windowHeight: 844, pixelRatio: 2, statusBarHeight: 20, safeArea: {} };
global.wx = {
  getSystemInfoSync: () => info,
  getDeviceInfo: () => info,
  getWindowInfo: () => info,
  getAppBaseInfo: () => info,
  getAccountInfoSync: () => ({ miniProgram: { appId: "x" } }),
  getLaunchOptionsSync: () => ({ path: "", query: {} }),
  getEnterOptionsSync: () => ({ path: "", query: {} }),
  getStorageSync: (name) => store.get(name) ?? "",
  setStorageSync: (name, value) => store.set(name, value),
  removeStorageSync: (name) => store.delete(name),
  getStorageInfoSync: () => ({ keys: [...store.keys()] }),
  canIUse: () => false,
  onAppShow() {},
  onAppHide() {},
  onError() {},
  onUnhandledRejection() {},
  onPageNotFound() {},
  onThemeChange() {},
  nextTick: (act) => setTimeout(act, 0),
  request,
  login: double(() => ({ code: "from-weixin" })),
  navigateTo: double(({ url }) => asked.pages.push(url)),
  redirectTo: double(({ url }) => asked.pages.push(url)),
  reLaunch: double(({ url }) => asked.pages.push(url)),
  navigateBack: double(() => asked.pages.push("back")),
  makePhoneCall: double(({ phoneNumber }) => asked.calls.push(phoneNumber)),
  pageScrollTo: double(() => undefined),
  showToast: double(() => undefined),
};
global.App = (options) => {
  global.theApp = options;
  options.onLaunch.call(options, { path: "", query: {} });
};
global.Page = () => undefined;
global.getApp = () => global.theApp;
global.getCurrentPages = () => [{}, {}];

const simulate = require("miniprogram-simulate");
require(join(ROOT, "app.js"));

function opened(page, query = {}) {
  const id = simulate.load(join(ROOT, page), { rootPath: ROOT, compiler: "official" });
  const component = simulate.render(id);
  component.attach(document.body);
  component.instance.onLoad?.(query);
  component.instance.onShow?.();
  return component;
}
const settled = () => new Promise((done) => setTimeout(done, 60));
const words = (component) => component.dom.textContent;

test("probe", async () => {
  const page = opened("pages/sign-in/sign-in");
  await settled();
  console.log(page.dom.outerHTML.slice(0, 3000));
});

/** The compiled WeChat pages, rendered and used in a simulation of WeChat; its own functions are recorded doubles. */
const { join } = require("node:path");
const { ROOT, app } = require("./output.cjs");

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

/** A canvas that remembers what was painted on it. */
const board = { painted: 0, getContext: () => ({ fillRect: () => (board.painted += 1) }) };
function createSelectorQuery() {
  const query = { in: () => query, select: () => query, fields: () => query, exec: (use) => use([{ node: board }]) };
  return query;
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
  scanCode: double(() => ({ result: "VG1-350581-A-B-C" })),
  createSelectorQuery,
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

const exparser = require("miniprogram-exparser");

/** A page in a program that has just been started. */
function opened(page, query = {}) {
  jest.resetModules();
  require(join(ROOT, "app.js"));
  const id = simulate.load(join(ROOT, page), { rootPath: ROOT, compiler: "official" });
  const component = simulate.render(id);
  component.attach(document.body);
  component.instance.onLoad?.(query);
  component.instance.onShow?.();
  return component;
}

const settled = () => new Promise((done) => setTimeout(done, 120));
const words = (page) => page.dom.textContent;

function found(page, tag, text) {
  const all = [...page.dom.querySelectorAll(tag)].filter((one) => one.textContent.includes(text));
  expect([text, all.length > 0]).toEqual([text, true]);
  return all[0];
}

function happens(dom, name, detail = {}) {
  const event = exparser.Event.create(name, detail, { bubbles: true, composed: true, capturePhase: true });
  exparser.Event.dispatchEvent(dom.__wxElement, event);
  return settled();
}

const press = (page, text) => happens(found(page, "wx-button", text), "tap");
const follow = (page, text) => happens(found(page, "wx-view[class*='press']", text), "tap");

function type(page, label, value) {
  const field = found(page, "v-field", label);
  return happens(field.querySelector("wx-input,wx-textarea"), "input", { value });
}

function sent(method, path) {
  return asked.requests.filter((one) => one.method === method && one.url.endsWith(path));
}

const STATION = { id: "s", kind: "村级", name: "塔前村服务站", address: "塔前村1号", phone: "0595-1", hours: "每天", places: ["谈心室"] };
const CALL = { kind: "contact", label: "联系人", name: "蔡丽华", phone: "13800001111" };
const MATTER = {
  id: "m", number: "退诉〔2023〕1号", kind: "claim", title: "光荣牌坏了", state: "open", state_label: "办理中", received_on: "2023-12-28",
  station: "塔前村服务站", text: "坏了", place: "", answer: "", due_on: "2024-01-12", clock_sentence: "还剩15天。", files: [],
  handler: { name: "王志远", phone: "0595-2", station: "灵秀镇服务站" }, steps: [{ at: "2023-12-28T01:00:00Z", label: "已登记", note: "" }],
  can: ["add", "withdraw", "rate"],
};
const PERSON = { person_id: "p", name: "王大山", address: "塔前村", phone_masked: "138****", class_labels: ["退役士兵"], last_visited_on: null, version: 1 };
const FORM = { type: "object", required: ["q1"], properties: { q1: { type: "string", title: "现在做什么", enum: ["上班", "务农"], "x-kind": "one" }, q2: { type: "string", title: "哪天方便", "x-kind": "day" } } };
const CAMPAIGN = { id: "c", title: "就业采集", intro: "请填写。", closes_on: "2023-12-31", schema: FORM, my_state: "none", my_values: {}, saved_at: null, is_open: true };
const OFFER = {
  id: "o", title: "堂食八折", gives: "8折", what: "堂食八折。", who: [], trade: "food", trade_label: "食", merchant_id: "h", merchant: "同心餐馆", address: "振兴路1号",
  phone: "0595-3", lat: 24.741, lng: 118.648, metres: 1000, uses_left: null, document: "优待码或优待证", from_on: "2023-01-01", until: null, paper: "崇军联盟协议", station: "塔前村服务站",
  station_phone: "0595-1", honour: "90天内兑现率96%,最近确认于2023年12月20日", honour_percent: 96, confirmed_on: "2023-12-20",
};
const PREFERENCE = {
  id: "p", number: 1, title: "免费乘坐公交车", provider: "市公交公司", category: "交通", who: [], document: "优待证", place: "市内线路", gives: "免费", what: "凭证免费。", level: "市(县)",
  paper: "文件", is_unconfirmed: false, phone: "", from_on: "2020-01-01", until: null, station: "市服务中心", station_phone: "0595-9",
};
const COMPLAINT = { number: "优诉〔2023〕1号", about: "同心餐馆:堂食八折", opened_on: "2023-12-28", state: "待处理", outcome: "" };
const DRAFT = {
  name: "陈建国", kinds: [{ value: "veteran", label: "退役军人优待证" }], stations: [{ value: "s", label: "灵秀镇服务站" }], banks: [{ value: "icbc", label: "中国工商银行" }],
  papers: ["身份证"], photo_rules: ["站在白墙前拍"], is_for_another: false,
};
const CARD_APPLICATION = {
  id: "a", number: "优申〔2023〕1号", purpose: "首次申领", kind: "退役军人优待证", state: "submitted", state_label: "已申请", reason: "", submitted_on: "2023-12-28", station: "灵秀镇服务站",
  station_phone: "0595-2", bank: "中国工商银行", due_on: "2024-01-05", clock_sentence: "还剩5个工作日。", steps: [{ at: "2023-12-28T01:00:00Z", label: "已申请", note: "" }],
  photo: { file: [{ sentence: "文件格式JPEG", is_good: true }], picture: [{ sentence: "边缘白底占99%", is_good: true }], clerk: ["没有穿制服"], is_measured_good: true, is_passed: false },
  can: ["photo", "withdraw"],
};
const ANSWERS = {
  "GET /citizen/me": { name: "陈建国", is_bound: true, person_id: "p", helper: "", phone: "139****", large_mode: false, acts_for: [{ person_id: "q", name: "陈阿婆", relation: "母亲", authority_until: "2024-12-31" }], privacy_agreed: true },
  "GET /citizen/privacy": { version: "1", guide: "指引", agreement: "协议", purposes: [{ key: "a", label: "手机号", why: "登录", permission: "" }], agreed_version: "" },
  "GET /citizen/contact": { contact: CALL, deputy: null, chain: [CALL], cell: "一组", station: STATION },
  "GET /citizen/stations": [STATION],
  "GET /citizen/binding": { state: "none", queued: false, station: null, note: "", second_facts: [] },
  "GET /citizen/file": { name: "陈建国", confirmed_on: null, is_confirmed_this_year: false, version: 3, sections: [{ key: "phone", label: "联系电话", is_list: true, can_correct: true, columns: [{ key: "number", label: "电话", kind: "text", choices: [] }], facts: [{ id: "f", fields: [{ key: "number", label: "电话", value: "139****" }], source: "本人", since: "2020年", can_correct: true }] }] },
  "GET /citizen/file/corrections": [],
  "GET /citizen/campaigns": [CAMPAIGN],
  "GET /citizen/campaigns/c": CAMPAIGN,
  "GET /citizen/matters": { items: [MATTER], next: null },
  "GET /citizen/matters/m": MATTER,
  "POST /citizen/matters": MATTER,
  "GET /citizen/questions": [],
  "GET /citizen/questions/q": { id: "q", number: "1", text: "怎么补办", state: "answered", state_label: "已答复", asked_on: "2023-12-01", answer: "到服务站。", answered_on: "2023-12-02", clauses: [], handler: CALL, can_rate: true },
  "GET /citizen/policies/x": { clause_id: "x", title: "保障法", article: "第一条", text: "原文", explanation: "简单说", issuer: "", number: "", effective_from: "2021-01-01", effective_to: null },
  "GET /citizen/notices": { items: [{ id: "n", title: "已受理", body: "已受理。", made_at: "2023-12-28T01:00:00Z", is_read: false }], next: null, unread: 1 },
  "GET /citizen/stories": [],
  "GET /citizen/vacancies": { items: [], next: null },
  "GET /citizen/vacancies/v": { id: "v", title: "保管员", employer: "某厂", place: "石狮", pay: "5000", positions: 1, demands: "", contact: "", phone: "1", published_on: "2023-12-01", closes_on: "2024-01-01" },
  "GET /citizen/fairs": [],
  "GET /citizen/benefits": { receiving: [], may_be_entitled: [], payments: [] },
  "GET /citizen/benefits/decisions/d": { number: "1", programme: "老年生活补助", is_entitled: true, amount_fen: 1000, amount: "10", month: "2023-12", starts: "2023年12月", article: "第一条", steps: [], facts: [], why_not: [], exclusion: "", what_would_change_it: [], how_to_object: "可以提出。" },
  "GET /citizen/benefits/applications": [],
  "GET /citizen/trades": [{ key: "food", label: "食" }],
  "GET /citizen/alliance/towns": [{ code: "350581100000", label: "灵秀镇", is_own: true }],
  "GET /citizen/offers": { items: [OFFER], next: null },
  "GET /citizen/offers/o": OFFER,
  "POST /citizen/offers/o/refused": COMPLAINT,
  "GET /citizen/preferences": [PREFERENCE],
  "POST /citizen/offer-codes": { text: "VG1", short: "12345670", seconds: 30, svg: "", rows: ["101", "010", "101"], classes: ["退役士兵"] },
  "GET /citizen/offer-receipts": { items: [{ id: "r", number: "ABCDEFGHJK", at: "2023-12-28T01:00:00Z", merchant: "同心餐馆", offer: "堂食八折" }], next: null },
  "GET /citizen/offer-complaints": [COMPLAINT],
  "GET /citizen/card": { why_not: "", draft: DRAFT, applications: [CARD_APPLICATION], cards: [] },
  "GET /citizen/card/applications/a": CARD_APPLICATION,
  "POST /citizen/card/applications": CARD_APPLICATION,
  "GET /citizen/sessions": [],
  "GET /citizen/authorities": [],
  "GET /citizen/assisted": [],
  "GET /field/today": [{ ...PERSON, due_on: "2023-12-28" }],
  "GET /field/people": { items: [PERSON], next: null },
  "GET /field/people/p": { ...PERSON, phone: "138", facts: [], visits: [] },
  "GET /field/acts": [{ key: "file.confirm", label: "确认档案无误", shape: { properties: { body: { $ref: "#/$defs/ConfirmIn" } }, $defs: { ConfirmIn: { properties: { version: { type: "integer" } }, required: ["version"] } } } }],
  "POST /citizen/sign-in/wechat": { token: "t", is_bound: true },
  "POST /citizen/sign-in/sms": { sent: true, minutes: 5, demo_code: null },
  "POST /field/visits": { id: "v", client_id: "x", is_new: true },
};
const QUERY = {
  "file/correct": { section: "phone", fact: "f" }, "file/campaign": { id: "c" }, "matters/matter": { id: "m" }, "matters/act": { id: "m", verb: "rate" },
  "ask/clause": { id: "x" }, "ask/question": { id: "q" }, "jobs/vacancy": { id: "v" }, "benefits/receipt": { id: "d" },
  "alliance/offer": { id: "o" }, "alliance/preference": { id: "p" }, "card/application": { id: "a" },
  "field/person": { id: "p", name: "王大山", version: "1" }, "field/visit": { id: "p", name: "王大山", version: "1" }, "field/assist": { id: "p", name: "王大山" },
};

let complaints;
beforeEach(() => {
  answers = { ...ANSWERS };
  store.clear();
  document.body.innerHTML = "";
  asked.requests.length = asked.pages.length = asked.calls.length = 0;
  complaints = jest.spyOn(console, "error");
});
afterEach(() => {
  expect(complaints.mock.calls).toEqual([]);
  complaints.mockRestore();
});

function signedIn() {
  store.set("vetgrid", JSON.stringify({ citizen: "t", staff: "f", staffName: "", isLarge: false, actingFor: null, agreed: "1" }));
}

const { pages, subPackages } = app();
const EVERY = [...pages, ...subPackages.flatMap((part) => part.pages.map((page) => `${part.root}/${page}`))];

test.each(EVERY)("the page %s renders with words on it", async (name) => {
  signedIn();
  const page = opened(name, QUERY[name]);
  await settled();
  expect(words(page).length).toBeGreaterThanOrEqual(8);
  expect(words(page)).not.toMatch(/undefined|NaN|\[object|正在读取/);
  expect(words(page)).not.toContain("没有办成");
});

function agreed() {
  store.set("vetgrid", JSON.stringify({ agreed: "1" }));
}

test("before anything is asked or sent, the guide is read and agreed to without a token", async () => {
  opened("pages/sign-in/sign-in");
  await settled();
  expect(asked.pages).toEqual(["/pages/privacy/privacy"]);
  const page = opened("pages/privacy/privacy");
  await settled();
  expect(asked.requests.map((one) => one.header.Authorization)).toEqual([undefined]);
  await press(page, "同意并继续");
  expect(sent("POST", "/citizen/privacy/agree")).toEqual([]);
  expect(asked.pages.at(-1)).toBe("/pages/sign-in/sign-in");
  expect(JSON.parse(store.get("vetgrid")).agreed).toBe("1");
});

test("WeChat's own code signs in, and the person arrives at home", async () => {
  agreed();
  const page = opened("pages/sign-in/sign-in");
  await press(page, "微信一键登录");
  expect(sent("POST", "/citizen/sign-in/wechat")[0].data).toEqual({ code: "from-weixin", privacy_version: "1" });
  expect(asked.pages).toEqual(["/pages/home/home"]);
});

test("a number that is too short is told before anything is sent", async () => {
  agreed();
  const page = opened("pages/sign-in/sign-in");
  await type(page, "手机号", "139");
  await press(page, "发送验证码");
  expect(words(page)).toContain("请填 11 位手机号");
  expect(asked.requests).toEqual([]);
  await type(page, "手机号", "13900001111");
  await press(page, "发送验证码");
  expect(sent("POST", "/citizen/sign-in/sms")[0].data).toEqual({ phone: "13900001111", privacy_version: "1" });
});

test("a matter is raised once, with a key, and its progress opens", async () => {
  signedIn();
  const page = opened("matters/new");
  await press(page, "提交");
  expect(words(page)).toContain("请用一句话说说是什么事");
  await type(page, "什么事", "光荣牌坏了");
  await type(page, "详细说说", "想换一块。");
  await press(page, "提交");
  const [request, ...more] = sent("POST", "/citizen/matters");
  expect(more).toEqual([]);
  expect(request.data).toMatchObject({ kind: "claim", title: "光荣牌坏了", text: "想换一块。" });
  expect(request.header["Idempotency-Key"]).toMatch(/^[0-9a-f-]{36}$/);
  expect(request.header.Authorization).toBe("Bearer t");
  expect(asked.pages[0]).toContain("/matters/matter?id=m");
});

test("home leads everywhere and calls the contact", async () => {
  signedIn();
  const page = opened("pages/home/home");
  await settled();
  await follow(page, "我的诉求");
  expect(asked.pages).toEqual(["/matters/list"]);
  await press(page, "打电话");
  expect(asked.calls).toEqual(["13800001111"]);
});

test("the large mode changes the whole page and is kept", async () => {
  signedIn();
  const page = opened("pages/home/home");
  await settled();
  await press(page, "换成大字版");
  expect(page.dom.querySelector("[class*='large']")).not.toBeNull();
  expect(words(page)).toContain("换回标准字号");
  await press(page, "换回标准字号");
});

test("a visit is sent at once, because WeChat keeps nothing about people", async () => {
  signedIn();
  const page = opened("field/visit", QUERY["field/visit"]);
  await type(page, "情况", "身体很好。");
  await press(page, "保存");
  expect(sent("POST", "/field/visits")[0].data).toMatchObject({ person_id: "p", way: "home", text: "身体很好。", location: "" });
  expect(words(page)).toContain("已经保存");
});

test("offers come by town, by distance only when asked, and one press says that it was refused", async () => {
  signedIn();
  const list = opened("alliance/alliance");
  await settled();
  expect(sent("GET", "/citizen/offers?town=350581100000")).toHaveLength(1);
  global.wx.getLocation = double(() => ({ latitude: 24.732, longitude: 118.648 }));
  await press(list, "按距离排");
  await settled();
  expect(sent("GET", "/citizen/offers?lat=24.732&lng=118.648")).toHaveLength(1);
  expect(words(list)).toContain("北边 1.0 公里");
  const page = opened("alliance/offer", { id: "o" });
  await settled();
  await press(page, "被拒绝了");
  expect(sent("POST", "/citizen/offers/o/refused")[0].data).toEqual({ text: "" });
  expect(words(page)).toContain("优诉〔2023〕1号");
});

test("the code is painted on the canvas and no picture is fetched", async () => {
  signedIn();
  board.painted = 0;
  const page = opened("alliance/code");
  await settled();
  answers["POST /citizen/offer-codes"] = { ...ANSWERS["POST /citizen/offer-codes"], rows: ["110", "010", "101"] };
  await press(page, "换一个新码");
  await settled();
  expect(board).toMatchObject({ width: 110, height: 110, painted: 6 });
  expect(words(page)).toContain("1234 5670");
  expect(words(page)).toContain("没有您的姓名");
});

test("what a merchant scans is filled in at the till", async () => {
  const page = opened("alliance/till");
  await press(page, "扫优待码");
  await settled();
  expect(page.dom.querySelector("wx-web-view")).not.toBeNull();
  expect(JSON.stringify(page.instance.data)).toContain("/shop?code=VG1-350581-A-B-C");
});

test("an application for the card is sent with what was chosen", async () => {
  signedIn();
  const page = opened("card/apply");
  await settled();
  await press(page, "提交申领");
  expect(words(page)).toContain("请选服务站和发卡银行");
  expect(sent("POST", "/citizen/card/applications")).toEqual([]);
});

/** What differs between WeChat and a browser, behind one set of names. */
// #ifdef H5
export * from "./browser";
// #endif
// #ifdef MP-WEIXIN
export * from "./weixin";
// #endif

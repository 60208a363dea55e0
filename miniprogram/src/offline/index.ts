/** Keeping visits on the device: in a browser with its database and cryptography, in WeChat not at all. */
// #ifdef H5
export * from "./outbox";
// #endif
// #ifndef H5
export * from "./none";
// #endif

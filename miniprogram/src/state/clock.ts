/** The county's day: the device's own, except in a demo county, which stands on one day and says so with every answer. */
const NAME = "vetgrid-day";
const HEADER = "x-business-day";

export function hearDay(headers: Record<string, string> | undefined): void {
  const name = Object.keys(headers ?? {}).find((one) => one.toLowerCase() === HEADER);
  const day = name ? String(headers?.[name]) : "";
  if (day !== uni.getStorageSync(NAME)) uni.setStorageSync(NAME, day);
}

/** This moment on the county's day. */
export function now(): Date {
  const moment = new Date();
  const found = /^(\d{4})-(\d{2})-(\d{2})$/.exec(uni.getStorageSync(NAME) || "");
  if (found) moment.setFullYear(Number(found[1]), Number(found[2]) - 1, Number(found[3]));
  return moment;
}

/** Dates and amounts as people say them. */

/** "2023-12-28" or a moment with zone, as 2023年12月28日. */
export function day(value: string | null | undefined): string {
  const found = /^(\d{4})-(\d{2})-(\d{2})/.exec(localDay(value));
  return found ? `${found[1]}年${Number(found[2])}月${Number(found[3])}日` : "";
}

/** "2023-12" as 2023年12月. */
export function month(value: string): string {
  const found = /^(\d{4})-(\d{2})/.exec(value);
  return found ? `${found[1]}年${Number(found[2])}月` : value;
}

function localDay(value: string | null | undefined): string {
  if (!value) return "";
  if (!value.includes("T")) return value;
  const moment = new Date(new Date(value).getTime() + 8 * 3_600_000); // the county's own time
  return moment.toISOString();
}

export function money(fen: number | null | undefined): string {
  if (fen === null || fen === undefined) return "";
  const yuan = (Math.abs(fen) / 100).toFixed(2).replace(/\B(?=(\d{3})+(?!\d))/g, ",");
  return `${fen < 0 ? "-" : ""}${yuan} 元`;
}

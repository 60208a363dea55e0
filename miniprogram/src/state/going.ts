/** Moving between pages, and reading what the address carries. */

export function go(page: string): void {
  uni.navigateTo({ url: page });
}

/** In place of the present page: going back does not return to a form that was sent. */
export function goInstead(page: string): void {
  uni.redirectTo({ url: page });
}

export function goHome(page = "/pages/home/home"): void {
  uni.reLaunch({ url: page });
}

export function goBack(): void {
  if (getCurrentPages().length > 1) uni.navigateBack();
  else goHome();
}

export function withQuery(page: string, values: Record<string, string>): string {
  const words = Object.entries(values).map(([name, value]) => `${name}=${encodeURIComponent(value)}`);
  return `${page}?${words.join("&")}`;
}

export function fromQuery(query: Record<string, string | undefined> | undefined, name: string): string {
  return decodeURIComponent(query?.[name] ?? "");
}

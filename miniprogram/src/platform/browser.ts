/** A browser: sign-in by text message, photos from the device, a worker that keeps the program open without a network. */

export const isWeixin = false;
export const apiHost = "";
export interface Photo {
  name: string;
  shown: string;
  file?: File;
}

export function start(): void {
  document.documentElement.lang = "zh-CN";
  if ("serviceWorker" in navigator) navigator.serviceWorker.register("/m/sw.js").catch(() => undefined);
}

export async function weixinCode(): Promise<string> {
  throw new Error("请用手机号登录。");
}

export const canSubscribe = false;

export async function subscribe(): Promise<boolean> {
  return false;
}

/** Sends one file as a form; the caller reads status and body. */
export async function sendFile(address: string, photo: Photo, headers: Record<string, string>) {
  const form = new FormData();
  form.append("file", photo.file as File, photo.name);
  const answer = await fetch(address, { method: "POST", body: form, headers });
  return { status: answer.status, text: await answer.text() };
}

export function saveText(name: string, text: string): string {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: "application/json" }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
  return "已经保存到您的下载文件夹。";
}

/** Where the device is; refused or unknown is an error, and nothing depends on it. */
export function whereAmI(): Promise<{ latitude: number; longitude: number }> {
  return new Promise((resolve, reject) => {
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => resolve({ latitude: coords.latitude, longitude: coords.longitude }),
      reject,
      { timeout: 10_000 },
    );
  });
}

export function uuid(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

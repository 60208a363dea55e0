/** WeChat: its login code, its photos, its clipboard. Everything that needs WeChat itself is in this file. */

export const isWeixin = true;
export const apiHost = import.meta.env.VITE_API_HOST || "";
export interface Photo {
  name: string;
  shown: string;
}

export function start(): void {
  // Nothing to prepare: WeChat keeps the program itself.
}

export async function weixinCode(): Promise<string> {
  const { code } = await uni.login({ provider: "weixin" });
  return code;
}

const TEMPLATE = import.meta.env.VITE_WECHAT_TEMPLATE || "";
export const canSubscribe = Boolean(TEMPLATE);

/** Asks WeChat whether it may tell the person once that something new is here; false when he does not want it. */
export async function subscribe(): Promise<boolean> {
  const answer = await uni.requestSubscribeMessage({ tmplIds: [TEMPLATE] });
  return (answer as unknown as Record<string, string>)[TEMPLATE] === "accept";
}

export async function choosePhotos(count: number): Promise<Photo[]> {
  const { tempFilePaths } = await uni.chooseImage({ count, sizeType: ["compressed"], sourceType: ["camera", "album"] });
  return (tempFilePaths as string[]).map((path) => ({ name: path.split("/").pop() as string, shown: path }));
}

/** Sends one file as a form; the caller reads status and body. */
export async function sendFile(address: string, photo: Photo, header: Record<string, string>) {
  const answer = await uni.uploadFile({ url: address, filePath: photo.shown, name: "file", header });
  return { status: answer.statusCode, text: answer.data };
}

export function saveText(_name: string, text: string): string {
  uni.setClipboardData({ data: text, showToast: false });
  return "已经复制,可以粘贴到聊天或备忘录里保存。";
}

/** Where the device is; refused or unknown is an error, and nothing depends on it. */
export async function whereAmI(): Promise<{ latitude: number; longitude: number }> {
  const { latitude, longitude } = await uni.getLocation({ type: "wgs84" });
  return { latitude, longitude };
}

/** What a code on somebody's screen says; the camera is WeChat's own. */
export async function scanCode(): Promise<string> {
  const { result } = await uni.scanCode({ onlyFromCamera: true, scanType: ["qrCode"] });
  return result;
}

/** The merchants' till, with what was scanned already filled in. */
export function shopAddress(code: string): string {
  return `${apiHost}/shop${code ? "?code=" + encodeURIComponent(code) : ""}`;
}

/** A key that only has to differ from every other; it is no secret. */
export function uuid(): string {
  return "xxxxxxxx-xxxx-4xxx-8xxx-xxxxxxxxxxxx".replace(/x/g, () => Math.floor(Math.random() * 16).toString(16));
}

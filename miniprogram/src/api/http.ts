/** The one way to the server: token, idempotency key, and errors as sentences. */
import { apiHost, sendFile, uuid, type Photo } from "#platform";
import { forgetCitizen, remember, session } from "@/state/session";
import { hearDay } from "@/state/clock";
import { goHome } from "@/state/going";

const BASE = `${apiHost}/api/v1`;
const OFFLINE = "现在没有网络,内容没有送出。请连上网络后再按一次,不会重复提交。";

/** What the server refused, or that it could not be reached (`code` is then "offline"). */
export class Problem extends Error {
  constructor(
    readonly code: string,
    sentence: string,
    readonly status = 0,
    readonly body: Record<string, unknown> = {},
  ) {
    super(sentence);
  }
}

export interface Asked {
  query?: Record<string, string | number | boolean | null | undefined>;
  body?: unknown;
  key?: string;
}

export interface Answered<T> {
  status: number;
  body: T;
}

function headers(path: string, key?: string): Record<string, string> {
  const isField = path.startsWith("/field");
  const token = isField ? session.staff : session.citizen;
  const found: Record<string, string> = {};
  if (token) found.Authorization = `Bearer ${token}`;
  if (key) found["Idempotency-Key"] = key;
  if (!isField && token && session.actingFor) found["X-Acting-For"] = session.actingFor.person_id;
  return found;
}

function read(status: number, body: unknown, path: string): Problem {
  const found = (typeof body === "object" && body ? body : {}) as Record<string, unknown>;
  const fields = Object.values((found.fields as Record<string, string>) ?? {});
  const sentence = String(found.detail || found.title || "没有办成,请稍后再试。");
  if (status === 401 && !path.includes("/sign-in")) signedOut(path);
  if (found.code === "privacy_not_agreed") {
    remember({ agreed: "" });
    goHome("/pages/privacy/privacy");
  }
  if (found.code === "not_bound") goHome("/pages/binding/binding");
  return new Problem(String(found.code ?? status), [sentence, ...fields].join("\n"), status, found);
}

function signedOut(path: string): void {
  if (path.startsWith("/field")) {
    remember({ staff: "" });
    return; // Saved visits wait on the page; the contact signs in again from there.
  }
  forgetCitizen();
  goHome("/pages/sign-in/sign-in?why=expired");
}

/** Asks the server and gives status and body; anything from 400 up is thrown as a `Problem`. */
export async function ask<T>(method: string, path: string, asked: Asked = {}): Promise<Answered<T>> {
  const words = Object.entries(asked.query ?? {})
    .filter(([, value]) => value !== undefined && value !== null && value !== "")
    .map(([name, value]) => `${name}=${encodeURIComponent(String(value))}`);
  const isWrite = method !== "GET";
  let answer: UniApp.RequestSuccessCallbackResult;
  try {
    answer = await uni.request({
      url: BASE + path + (words.length ? `?${words.join("&")}` : ""),
      method: method as "GET",
      data: isWrite ? ((asked.body ?? {}) as object) : undefined,
      header: { "Content-Type": "application/json", ...headers(path, isWrite ? asked.key || uuid() : undefined) },
      timeout: 20_000,
    });
  } catch {
    throw new Problem("offline", isWrite ? OFFLINE : "现在没有网络。请连上网络后再试。");
  }
  hearDay(answer.header);
  if (!answer.statusCode) throw new Problem("offline", OFFLINE);
  if (answer.statusCode >= 400) throw read(answer.statusCode, answer.data, path);
  return { status: answer.statusCode, body: answer.data as T };
}

export async function call<T>(method: string, path: string, asked: Asked = {}): Promise<T> {
  return (await ask<T>(method, path, asked)).body;
}

/** Sends one photo and gives its id. */
export async function upload(photo: Photo, path = "/citizen/uploads"): Promise<string> {
  let answer: { status: number; text: string };
  try {
    answer = await sendFile(BASE + path, photo, headers(path, uuid()));
  } catch {
    throw new Problem("offline", "现在没有网络,照片没有送出。请连上网络后再试。");
  }
  const body = answer.text ? JSON.parse(answer.text) : {};
  if (answer.status >= 400) throw read(answer.status, body, path);
  return body.upload_id;
}

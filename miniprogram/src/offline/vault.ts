/** Sealing what waits on the device: AES-GCM under a key made from the contact's PIN, which is kept nowhere. */

export interface Sealed {
  iv: Uint8Array;
  data: ArrayBuffer;
}

export const ROUNDS = 600_000;
const CHECK = "vetgrid";

export function canSeal(): boolean {
  return typeof crypto !== "undefined" && !!crypto.subtle && typeof indexedDB !== "undefined";
}

export function newSalt(): Uint8Array {
  return crypto.getRandomValues(new Uint8Array(16));
}

/** The key of a PIN: slow on purpose, and it cannot be read out again. */
export async function keyOf(pin: string, salt: Uint8Array): Promise<CryptoKey> {
  const words = await crypto.subtle.importKey("raw", new TextEncoder().encode(pin), "PBKDF2", false, ["deriveKey"]);
  return crypto.subtle.deriveKey(
    { name: "PBKDF2", hash: "SHA-256", salt, iterations: ROUNDS },
    words,
    { name: "AES-GCM", length: 256 },
    false,
    ["encrypt", "decrypt"],
  );
}

/** `name` is bound to the content: one sealed record cannot be put in the place of another. */
export async function seal(key: CryptoKey, name: string, value: unknown): Promise<Sealed> {
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const plain = new TextEncoder().encode(JSON.stringify(value));
  const additionalData = new TextEncoder().encode(name);
  return { iv, data: await crypto.subtle.encrypt({ name: "AES-GCM", iv, additionalData }, key, plain) };
}

export async function unseal<T>(key: CryptoKey, name: string, sealed: Sealed): Promise<T> {
  const additionalData = new TextEncoder().encode(name);
  const plain = await crypto.subtle.decrypt({ name: "AES-GCM", iv: sealed.iv, additionalData }, key, sealed.data);
  return JSON.parse(new TextDecoder().decode(plain)) as T;
}

export async function checkOf(key: CryptoKey): Promise<Sealed> {
  return seal(key, CHECK, CHECK);
}

export async function opens(key: CryptoKey, check: Sealed): Promise<boolean> {
  return (await unseal<string>(key, CHECK, check).catch(() => "")) === CHECK;
}

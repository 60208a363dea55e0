/** Visits that wait on the device: kept sealed, sent in order, deleted only when the server has said that it has them. */
import { reactive } from "vue";
import { ask, Problem } from "@/api/http";
import { uuid } from "#platform";
import * as store from "./store";
import { canSeal, checkOf, keyOf, newSalt, opens, seal, unseal, type Sealed } from "./vault";

export interface Visit {
  client_id: string;
  person_id: string;
  visited_at: string;
  way: string;
  text: string;
  needs: string[];
  base_version: number;
  location: string;
}

/** A visit on the device. `key` changes only when the content changes after a conflict. */
export interface Waiting {
  visit: Visit;
  person: string;
  key: string;
  state: "waiting" | "conflict" | "refused";
  said: string;
  server: ServerSide | null;
}

/** What the server holds when the file changed meanwhile. */
export interface ServerSide {
  version: number;
  phone_masked?: string;
  visits?: { visited_at: string; way: string; text: string; by: string }[];
  facts?: { label: string; values: Record<string, string> }[];
}

const VISIT = "visit:";
const PEOPLE = "people";
let vaultKey: CryptoKey | null = null;

export const outbox = reactive({
  canKeep: false,
  hasPin: false,
  isOpen: false,
  isSending: false,
  count: 0,
  items: [] as Waiting[],
});

/** Looks what is on the device; nothing is readable before the PIN. */
export async function look(): Promise<void> {
  outbox.canKeep = canSeal();
  if (!outbox.canKeep) return;
  outbox.hasPin = !!(await store.get("check"));
  outbox.count = (await store.names()).filter((name) => name.startsWith(VISIT)).length;
}

/** Opens the store with its PIN, or makes it with a new one; false when the PIN is wrong. */
export async function open(pin: string): Promise<boolean> {
  const salt = (await store.get<Uint8Array>("salt")) ?? newSalt();
  const check = await store.get<Sealed>("check");
  const key = await keyOf(pin, salt);
  if (check && !(await opens(key, check))) return false;
  if (!check) {
    await store.put("salt", salt);
    await store.put("check", await checkOf(key));
  }
  vaultKey = key;
  outbox.isOpen = true;
  await readAll();
  return true;
}

/** Forgets the PIN's key; what waits stays sealed on the device. */
export function lock(): void {
  vaultKey = null;
  outbox.isOpen = false;
  outbox.items = [];
}

/** The PIN is forgotten: what it sealed cannot be read again and is thrown away. */
export async function startOver(): Promise<void> {
  lock();
  await store.clear();
  await look();
}

async function readAll(): Promise<void> {
  const key = opened();
  const found: Waiting[] = [];
  for (const name of (await store.names()).filter((one) => one.startsWith(VISIT))) {
    const sealed = await store.get<Sealed>(name);
    if (sealed) found.push(await unseal<Waiting>(key, name, sealed));
  }
  found.sort((a, b) => a.visit.visited_at.localeCompare(b.visit.visited_at));
  outbox.items = found;
  outbox.count = found.length;
  outbox.hasPin = true;
}

function opened(): CryptoKey {
  if (!vaultKey) throw new Error("请先输入口令。");
  return vaultKey;
}

async function write(item: Waiting): Promise<void> {
  const name = VISIT + item.visit.client_id;
  await store.put(name, await seal(opened(), name, item));
}

/** Keeps a visit on the device; when this returns it is on disk. */
export async function keep(visit: Omit<Visit, "client_id">, person: string): Promise<string> {
  const id = uuid();
  await write({ visit: { ...visit, client_id: id }, person, key: id, state: "waiting", said: "", server: null });
  await readAll();
  return id;
}

/** Sends what waits, oldest first; stops quietly where there is no network. */
export async function sync(): Promise<void> {
  if (!outbox.isOpen || outbox.isSending) return;
  outbox.isSending = true;
  try {
    for (const item of outbox.items.filter((one) => one.state === "waiting")) {
      if (!(await sendOne(item))) break;
    }
  } finally {
    await readAll();
    outbox.isSending = false;
  }
}

/** True when the next one may be tried. */
async function sendOne(item: Waiting): Promise<boolean> {
  try {
    await ask("POST", "/field/visits", { body: item.visit, key: item.key });
  } catch (error) {
    if (!(error instanceof Problem) || error.code === "offline" || error.status === 401 || error.status === 429 || error.status >= 500) {
      return false;
    }
    const server = error.body.server as ServerSide | undefined;
    await write({ ...item, state: server ? "conflict" : "refused", said: error.message, server: server ?? null });
    return true;
  }
  await store.remove(VISIT + item.visit.client_id);
  return true;
}

/** After looking at both sides: send mine on top of what the server has now. */
export async function sendAnyway(item: Waiting): Promise<void> {
  const version = item.server?.version ?? item.visit.base_version;
  const visit = { ...item.visit, base_version: version };
  await write({ ...item, visit, key: uuid(), state: "waiting", said: "", server: null });
  await readAll();
  await sync();
}

/** After looking at both sides: mine is not needed. */
export async function drop(item: Waiting): Promise<void> {
  await store.remove(VISIT + item.visit.client_id);
  await readAll();
}

/** The list of my people, for days without a network. */
export async function keepPeople(people: unknown[]): Promise<void> {
  if (outbox.isOpen) await store.put(PEOPLE, await seal(opened(), PEOPLE, people));
}

export async function keptPeople<T>(): Promise<T[]> {
  const sealed = outbox.isOpen ? await store.get<Sealed>(PEOPLE) : undefined;
  return sealed ? unseal<T[]>(opened(), PEOPLE, sealed) : [];
}

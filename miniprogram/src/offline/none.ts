/** WeChat offers a program no sealed store, so nothing about people is kept there: visits are sent at once. */
import { reactive } from "vue";
import type { ServerSide, Visit, Waiting } from "./outbox";

export type { ServerSide, Visit, Waiting };
export const outbox = reactive({
  canKeep: false,
  hasPin: false,
  isOpen: false,
  isSending: false,
  count: 0,
  items: [] as Waiting[],
});
const nothing = async (): Promise<void> => undefined;
export const look = nothing;
export const open = async (_pin: string): Promise<boolean> => false;
export const lock = (): void => undefined;
export const startOver = nothing;
export const keep = async (_visit: Omit<Visit, "client_id">, _person: string): Promise<string> => "";
export const sync = nothing;
export const sendAnyway = async (_item: Waiting): Promise<void> => undefined;
export const drop = async (_item: Waiting): Promise<void> => undefined;
export const keepPeople = async (_people: unknown[]): Promise<void> => undefined;
export const keptPeople = async <T>(): Promise<T[]> => [];

/** Words that the pages of the alliance share. */
import { day } from "@/state/words";

/** From when until when; `until` is the first day on which it no longer holds. */
export function periodOf(from: string, until: string | null): string {
  if (!until) return `${day(from)}起,长期有效`;
  const last = new Date(`${until}T00:00:00Z`);
  last.setUTCDate(last.getUTCDate() - 1);
  return `${day(from)}至${day(last.toISOString().slice(0, 10))}`;
}

export function toldOf(number: string): string {
  return `已经反映,编号 ${number}。服务站了解情况后会给您回电话。`;
}

export function titleOf(one: { title: string; gives: string }): string {
  return one.gives && one.gives !== "其他" ? `${one.title} · ${one.gives}` : one.title;
}

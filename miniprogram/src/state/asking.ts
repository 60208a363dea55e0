/** The two things a page does with the server: show what is there, and send something once. */
import { ref, type Ref } from "vue";
import { Problem } from "@/api/http";
import { uuid } from "#platform";

export function sentence(error: unknown): string {
  return error instanceof Error && error.message ? error.message : "没有办成,请稍后再试。";
}

/**
 * Something read from the server: loading, there, or failed with a sentence and a way to try again. Whoever asks again before the
 * answer came gets the answer to the last question, whatever order the answers arrive in.
 */
export function useRead<T>(read: () => Promise<T>, keep?: (found: T) => void) {
  const data = ref(null) as Ref<T | null>;
  const failed = ref("");
  const isLoading = ref(true);
  let latest = 0;
  async function load(): Promise<void> {
    latest += 1;
    const mine = latest;
    isLoading.value = true;
    failed.value = "";
    try {
      const found = await read();
      if (mine !== latest) return;
      data.value = found;
      keep?.(found);
    } catch (error) {
      if (mine !== latest) return;
      failed.value = sentence(error);
    }
    isLoading.value = false;
  }
  return { data, failed, isLoading, load };
}

export interface Paged<T> {
  items: T[];
  next: string | null;
}

function whole<T>(answer: Paged<T> | T[]): Paged<T> {
  return Array.isArray(answer) ? { items: answer, next: null } : answer;
}

/** A list that comes whole or page by page. */
export function useList<T>(read: (after?: string) => Promise<Paged<T> | T[]>) {
  const items = ref([]) as Ref<T[]>;
  const next = ref<string | null>(null);
  const first = useRead(
    async () => whole(await read()),
    (page) => {
      items.value = page.items;
      next.value = page.next;
    },
  );
  async function more(): Promise<void> {
    if (!next.value) return;
    try {
      const page = whole(await read(next.value));
      items.value = items.value.concat(page.items);
      next.value = page.next;
    } catch (error) {
      first.failed.value = sentence(error);
    }
  }
  return { items, next, more, failed: first.failed, isLoading: first.isLoading, load: first.load };
}

/**
 * Something written to the server. The same content keeps its key until it arrived, so that pressing twice, or again after a lost
 * answer, does it once; changed content is a new act with a new key.
 */
export function useSend() {
  const isBusy = ref(false);
  const problem = ref("");
  let key = "";
  let content = "";
  async function send<T>(body: unknown, act: (key: string) => Promise<T>): Promise<T | undefined> {
    if (isBusy.value) return undefined;
    const now = JSON.stringify(body ?? null);
    if (!key || now !== content) key = uuid();
    content = now;
    isBusy.value = true;
    problem.value = "";
    try {
      const answer = await act(key);
      key = "";
      return answer || ({} as T); // an answer without content is an answer
    } catch (error) {
      problem.value = sentence(error);
      if (error instanceof Problem && error.code !== "offline" && error.status < 500) key = "";
      return undefined;
    } finally {
      isBusy.value = false;
    }
  }
  return { isBusy, problem, send };
}

/** The device's own database: sealed records by name, written to disk before we say "saved". */

const NAME = "vetgrid-field";
const TABLE = "records";

function opened(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const asked = indexedDB.open(NAME, 1);
    asked.onupgradeneeded = () => asked.result.createObjectStore(TABLE);
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error);
  });
}

async function run<T>(mode: IDBTransactionMode, act: (table: IDBObjectStore) => IDBRequest<T>): Promise<T> {
  const database = await opened();
  try {
    return await new Promise<T>((resolve, reject) => {
      const transaction = database.transaction(TABLE, mode, { durability: "strict" });
      const asked = act(transaction.objectStore(TABLE));
      transaction.oncomplete = () => resolve(asked.result);
      transaction.onerror = transaction.onabort = () => reject(transaction.error);
    });
  } finally {
    database.close();
  }
}

export function get<T>(name: string): Promise<T | undefined> {
  return run("readonly", (table) => table.get(name));
}

export async function put(name: string, value: unknown): Promise<void> {
  await run("readwrite", (table) => table.put(value, name));
}

export async function remove(name: string): Promise<void> {
  await run("readwrite", (table) => table.delete(name));
}

export async function names(): Promise<string[]> {
  return (await run("readonly", (table) => table.getAllKeys())) as string[];
}

export async function clear(): Promise<void> {
  await run("readwrite", (table) => table.clear());
}

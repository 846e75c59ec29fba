// Unsent changes on this computer: ids, offsets, labels and codes only, never text; wiped at sign-out.

const NAME = "chartmark";
const STORE = "outbox";

function open() {
  return new Promise((resolve, reject) => {
    const asked = indexedDB.open(NAME, 1);
    asked.onupgradeneeded = () => asked.result.createObjectStore(STORE);
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error);
  });
}

async function transact(mode, act) {
  const database = await open();
  try {
    return await new Promise((resolve, reject) => {
      const asked = act(database.transaction(STORE, mode).objectStore(STORE));
      asked.onsuccess = () => resolve(asked.result);
      asked.onerror = () => reject(asked.error);
    });
  } finally {
    database.close();
  }
}

/** Free text that a person typed stays in memory: it may name a patient. */
const speaks = (body) =>
  body !== null &&
  ["text", "value", "citation"].some(
    (field) => typeof body[field] === "string" && !["observation", "rest"].includes(body.kind),
  );

export async function keep(key, pending) {
  const safe = [...pending].filter(([, entry]) => !speaks(entry.body) && !speaks(entry.base));
  try {
    await transact("readwrite", (store) => (safe.length ? store.put(safe, key) : store.delete(key)));
  } catch {
    /* private windows may forbid it: the changes are still in memory */
  }
}

export async function kept(key) {
  try {
    return new Map((await transact("readonly", (store) => store.get(key))) ?? []);
  } catch {
    return new Map();
  }
}

/** Everything that is kept here, of whatever task: [[key, Map of changes]]. */
export async function unsent() {
  try {
    const keys = await transact("readonly", (store) => store.getAllKeys());
    return Promise.all(keys.map(async (key) => [key, await kept(key)]));
  } catch {
    return [];
  }
}

export function wipe() {
  return new Promise((resolve) => {
    const asked = indexedDB.deleteDatabase(NAME);
    asked.onsuccess = asked.onerror = asked.onblocked = resolve;
  });
}

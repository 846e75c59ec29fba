// What is being made: elements of whatever kind, by id, and what every kind has. Pure.

export const isOpen = (body) => body.status === "suggested";
/** True for what this reader made; what a pipeline suggested keeps its origin for ever. */
export const isOwn = (body) => !body.origin || body.origin.by === "human";

/** "e" and 12 random characters: crypto.randomUUID does not exist on plain http. */
export function newId(prefix) {
  const bytes = crypto.getRandomValues(new Uint8Array(9));
  return prefix + [...bytes].map((b) => (b % 36).toString(36)).join("") + Date.now().toString(36).slice(-4);
}

/** [id, body] of the one element with which a reader says that nothing else is there, or [null, null]. */
export const restOf = (elements) => [...elements].find(([, body]) => body.kind === "rest") ?? [null, null];

export const ofKind = (elements, kind) => elements.ofKind(kind);

/** How many elements still wait for a verdict, and how many there are. */
export function progress(elements) {
  const { open, size } = elements;
  return { open, total: size, done: size - open };
}

/** Deep equality of JSON values. */
export function same(a, b) {
  if (a === b) return true;
  if (!a || !b || typeof a !== "object" || typeof b !== "object") return false;
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => same(a[key], b[key]));
}

/** Puts one body, as a command of the store. */
export const put = (id, body, title = "change") => ({ title, actions: [{ id, body }] });

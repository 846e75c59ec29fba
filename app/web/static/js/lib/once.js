// Keys for requests that must have one effect, however often they are sent: one for each thing that is asked for.

const keys = new Map();

/** The header for what `said` describes: the same as long as this page asks for the same. */
export function onceFor(said) {
  const what = JSON.stringify(said);
  if (!keys.has(what)) keys.set(what, [...crypto.getRandomValues(new Uint32Array(4))].join("-"));
  return { "Idempotency-Key": keys.get(what) };
}

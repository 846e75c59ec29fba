// Bodies of a note's elements: axes of an assertion, new entities, what hangs on what. Pure.
import { isOpen } from "../../../js/annotator/payload.js";

export const AXES = {
  polarity: ["affirmed", "negated"],
  certainty: ["certain", "probable", "possible", "unlikely"],
  temporality: ["current", "past", "future"],
  course: ["unknown", "active", "chronic", "resolved"],
  experiencer: ["patient", "family", "mother", "fetus", "donor", "other"],
};

export const PLAIN = {
  polarity: "affirmed", certainty: "certain", temporality: "current", course: "unknown",
  hypothetical: false, conditional: false, experiencer: "patient",
};

/** The five quick toggles: how each reads the axes, and what switching it on or off writes. */
export const TOGGLES = {
  negated: { sign: "¬", is: (a) => a.polarity === "negated", set: (on) => ({ polarity: on ? "negated" : "affirmed" }) },
  uncertain: {
    sign: "?",
    is: (a) => a.certainty !== "certain",
    set: (on) => ({ certainty: on ? "possible" : "certain" }),
  },
  historical: {
    sign: "hx",
    is: (a) => a.temporality === "past",
    set: (on) => ({ temporality: on ? "past" : "current" }),
  },
  hypothetical: { sign: "if", is: (a) => a.hypothetical, set: (on) => ({ hypothetical: on }) },
  family: {
    sign: "fam",
    is: (a) => a.experiencer === "family",
    set: (on) => ({ experiencer: on ? "family" : "patient" }),
  },
};

export const assertionOf = (body) => ({ ...PLAIN, ...(body.assertion ?? {}) });

/** Short signs of everything that is not plain, for the tag above the span. */
export function signs(body) {
  const a = assertionOf(body);
  const short = Object.values(TOGGLES).filter((t) => t.is(a)).map((t) => t.sign);
  if (a.conditional) short.push("cond");
  if (!["patient", "family"].includes(a.experiencer)) short.push(a.experiencer);
  return short.join(" ");
}

/** The same in words, for a screen reader. */
export function signsSpoken(body) {
  const a = assertionOf(body);
  const words = Object.keys(TOGGLES).filter((name) => TOGGLES[name].is(a));
  if (a.conditional) words.push("conditional");
  if (!["patient", "family"].includes(a.experiencer)) words.push(a.experiencer);
  return words.join(", ");
}

export const isEntity = (body) => body.kind === "entity";

export const startOf = (body) => (body.fragments ?? body.evidence)?.[0]?.[0] ?? 0;
export const endOf = (body) => (body.fragments ?? body.evidence)?.at(-1)?.[1] ?? 0;

export function newEntity(fragments, label) {
  return {
    kind: "entity", fragments, label, assertion: { ...PLAIN }, codes: [], status: "confirmed", origin: { by: "human" },
  };
}

/** The first suggested relation of an entity whose ends both have a verdict: it waits for its own. */
export function openRelation(elements, id) {
  for (const [key, body] of elements.hangingOn(id)) {
    if (body.kind !== "relation" || !isOpen(body)) continue;
    if (elements.get(body.head)?.status === "confirmed" && elements.get(body.tail)?.status === "confirmed") return key;
  }
  return null;
}

/** Everything that hangs on an element and must go or be cut when it goes. */
export function dependents(elements, id) {
  const hit = [];
  for (const [other, body] of elements) {
    const refs = [body.head, body.tail, body.event, body.exposure, ...(body.mentions ?? [])];
    const inEvidence = body.kind === "code_assignment" && body.evidence?.includes(id);
    if (refs.includes(id) || inEvidence) hit.push(other);
  }
  return hit;
}

// Several readers' elements of one case, lined up: slots, their fields in words, and which fields differ. Pure.
import { assertionOf, PLAIN } from "../annotator/payload.js";
import { spoken } from "../lib/dom.js";

/** Fields of one element as [name, words]; `words` names labels, texts under offsets and other elements. */
export function fieldsOf(body, words) {
  const mentions = (ids) => (ids ?? []).map(words.element).join("; ");
  const rest = (...names) => names.filter((name) => body[name] !== undefined && body[name] !== null && body[name] !== "")
    .map((name) => [name.replaceAll("_", " "), Array.isArray(body[name]) ? body[name].join(", ").replaceAll("_", " ") : String(body[name]).replaceAll("_", " ")]);
  switch (body.kind) {
    case "entity": return [["span", words.text(body.fragments)], ["label", words.label(body.label)], ["assertion", assertionWords(body)], ["code", codeWords(body, words)]];
    case "relation": return [["relation", words.relation(body.type)], ["from", words.element(body.head)], ["to", words.element(body.tail)], ["certainty", body.certainty ?? "certain"]];
    case "code_assignment": return [["code", words.code(body)], ["sequence", String(body.sequence)], ["principal", body.principal ? "yes" : "no"], ["POA", body.poa ?? "–"]];
    case "event": return [["event", mentions(body.mentions)], ...rest("subtype", "seriousness", "severity", "outcome", "onset")];
    case "exposure": return [["exposure", mentions(body.mentions)], ...rest("role", "action_taken", "situation")];
    case "assessment": return [["event", words.element(body.event)], ["exposure", words.element(body.exposure)], ...rest("certainty", "method", "result", "dechallenge", "rechallenge", "expectedness")];
    case "chain": return [["same thing", mentions(body.mentions)]];
    case "rest": return [["everything else", body.value.replaceAll("_", " ")]];
    default: return asked(body) ? answered(body, words) : [[body.kind, ""]];
  }
}

const BOOKKEEPING = ["kind", "label", "keyword", "status", "origin", "because"];

/** The key of the schema an element answers, where it answers one. */
const asked = (body) => (body.fragments ? null : body.label ?? body.keyword ?? null);

const isPlaces = (value) => Array.isArray(value) && Array.isArray(value[0]);

/** An answer to one question: the question, what is said, and last the places in the text. */
function answered(body, words) {
  const said = Object.entries(body).filter(([name]) => !BOOKKEEPING.includes(name));
  const places = said.filter(([name, value]) => isPlaces(value) || name === "evidence");
  const plain = said.filter((entry) => !places.includes(entry));
  return [
    [spoken(body.kind), words.label(asked(body))],
    ...plain.map(([name, value]) => [spoken(name), value === null ? "not mentioned" : [value].flat().map(spoken).join(", ")]),
    ...places.map(([name, value]) => [spoken(name), words.text(value) || "–"]),
  ];
}

function assertionWords(body) {
  const a = assertionOf(body);
  const marked = Object.keys(PLAIN).filter((axis) => a[axis] !== PLAIN[axis]);
  return marked.map((axis) => (a[axis] === true ? axis : String(a[axis]))).join(", ") || "–";
}

const codeWords = (body, words) => (body.codes ?? []).map(words.code).join(", ") || "–";

const spanOf = (body) => body.fragments ?? null;

function question(body) {
  return asked(body) ? `${body.kind} ${asked(body)}` : body.kind;
}

const overlap = (a, b) => a.some(([s, e]) => b.some(([x, y]) => s < y && x < e));

/**
 * One slot per thing the readers speak of: [{cells: [{id, body} | null per version]}].
 * Entities meet when they overlap (the same label first), other elements in order within their kind.
 */
export function slotsOf(versions) {
  const slots = [];
  versions.forEach((version, at) => {
    for (const [id, body] of sorted(version)) {
      const free = slots.filter((slot) => !slot.cells[at] && slot.question === question(body));
      const span = spanOf(body);
      const near = span ? free.filter((slot) => slot.spans.some((other) => overlap(span, other))) : free;
      const slot = near.find((s) => s.labels.has(body.label)) ?? near[0] ?? fresh(slots, question(body), versions.length);
      slot.cells[at] = { id, body };
      slot.labels.add(body.label);
      if (span) slot.spans.push(span);
    }
  });
  return slots;
}

function fresh(slots, kind, count) {
  const slot = { question: kind, cells: Array(count).fill(null), labels: new Set(), spans: [] };
  slots.push(slot);
  return slot;
}

const RANK = ["entity", "relation", "event", "exposure", "assessment", "chain", "code_assignment"];

function sorted(version) {
  const key = ([, body]) => [RANK.indexOf(body.kind), body.fragments?.[0][0] ?? body.sequence ?? 0, -(body.fragments?.at(-1)[1] ?? 0)];
  return Object.entries(version).sort((a, b) => {
    const [x, y] = [key(a), key(b)];
    return x[0] - y[0] || x[1] - y[1] || x[2] - y[2];
  });
}

const differs = (fields, name, words) => (fields.find(([n]) => n === name)?.[1] ?? "") !== words;

/** Columns to show: identical versions fall together. [{versions: [index], rows}] with rows [{fields: [{name, words, differs}]} | null]. */
export function columnsOf(versions, wordsOf) {
  const slots = slotsOf(versions);
  const told = versions.map((_, at) => slots.map((slot) => slot.cells[at] && fieldsOf(slot.cells[at].body, wordsOf(at))));
  const rows = told.map((own) => own.map((fields, s) => fields && {
    kind: slots[s].question.split(" ")[0],
    fields: fields.map(([name, words], at) => ({ name, words, differs: told.some((other) => (other[s] ? differs(other[s], name, words) : at === 0)) })),
  }));
  const columns = new Map();
  told.forEach((own, at) => {
    const key = JSON.stringify(own);
    if (!columns.has(key)) columns.set(key, { versions: [], rows: rows[at] });
    columns.get(key).versions.push(at);
  });
  return [...columns.values()];
}

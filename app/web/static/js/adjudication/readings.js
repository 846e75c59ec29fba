// Several readers' elements of one case, lined up: slots, their fields in words, and which fields differ. Pure.
import { spoken } from "../lib/dom.js";

/**
 * Fields of one element as [title, words]; `words` has the forms, and names labels, texts under offsets and elements.
 */
export function fieldsOf(body, words) {
  return words.forms
    .of(body)
    .fields.map((field) => [field.title, said(field, body[field.name] ?? field.unsaid ?? null, words)])
    .filter(([, told]) => told !== null);
}

/** A value in words; null where nothing is to be said. */
function said(field, value, words) {
  const empty = value === null || value === "" || (Array.isArray(value) && !value.length);
  if (field.role === "part")
    return (
      [value ?? []]
        .flat()
        .map((record) => partWords(field, record))
        .filter(Boolean)
        .join(", ") || "–"
    );
  if (field.role === "span") return empty ? "–" : words.text(value);
  if (empty) return field.required ? "not mentioned" : null;
  if (field.role === "key") return words.label(value);
  if (field.role === "reference") return [value].flat().map(words.element).join("; ");
  return [value].flat().map(plain).join(", ");
}

const plain = (value) => (typeof value === "boolean" ? (value ? "yes" : "no") : spoken(value));

/** Of a record with plain values only what is not plain. */
function partWords({ parts, plain: unmarked }, record) {
  const told = parts.filter(
    (name) => record[name] !== undefined && record[name] !== null && record[name] !== unmarked[name],
  );
  return told.map((name) => (record[name] === true ? name : String(record[name]))).join(", ");
}

const overlap = (a, b) => a.some(([s, e]) => b.some(([x, y]) => s < y && x < e));

/**
 * One slot per thing the readers speak of: [{cells: [{id, body} | null per version]}].
 * What stands in the text meets where it overlaps (the same label first), the rest in order within its kind.
 */
export function slotsOf(versions, forms) {
  const slots = [];
  versions.forEach((version, at) => {
    for (const [id, body] of forms.sorted(version)) {
      const free = slots.filter((slot) => !slot.cells[at] && slot.question === forms.question(body));
      const span = forms.place(body);
      const near = span ? free.filter((slot) => slot.spans.some((other) => overlap(span, other))) : free;
      const slot =
        near.find((s) => s.labels.has(forms.key(body))) ??
        near[0] ??
        fresh(slots, forms.question(body), versions.length);
      slot.cells[at] = { id, body };
      slot.labels.add(forms.key(body));
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

const differs = (fields, name, words) => (fields.find(([n]) => n === name)?.[1] ?? "") !== words;

/**
 * Columns to show: identical versions fall together.
 * [{versions: [index], rows}] with rows [{fields: [{name, words, differs}]} | null].
 */
export function columnsOf(versions, forms, wordsOf) {
  const slots = slotsOf(versions, forms);
  const told = versions.map((_, at) =>
    slots.map((slot) => slot.cells[at] && fieldsOf(slot.cells[at].body, wordsOf(at))),
  );
  const rows = told.map((own) =>
    own.map(
      (fields, s) =>
        fields && {
          kind: slots[s].question.split(" ")[0],
          fields: fields.map(([name, words], at) => ({
            name,
            words,
            differs: told.some((other) => (other[s] ? differs(other[s], name, words) : at === 0)),
          })),
        },
    ),
  );
  const columns = new Map();
  told.forEach((own, at) => {
    const key = JSON.stringify(own);
    if (!columns.has(key)) columns.set(key, { versions: [], rows: rows[at] });
    columns.get(key).versions.push(at);
  });
  return [...columns.values()];
}

// An own version of a case: for each thing choose whose it is, or nobody's;
// for what stands in the text also field by field.
import { h, option } from "../lib/dom.js";
import { ask } from "../controllers/dialogs.js";
import { same } from "../annotator/payload.js";
import { fieldsOf, slotsOf } from "./readings.js";

/** Answers with {id: body}, or null when left. `letters` name the versions; `labels` are [key, title]. */
export async function ownVersion(space, versions, letters, labels) {
  const slots = slotsOf(versions, space.forms);
  const picks = slots.map((slot) => new Pick(slot, space, letters, labels));
  const answer = await ask(
    "Own version",
    [
      h("p", { class: "mut" }, "Choose whose version each part comes from. Digits choose in a field."),
      ...picks.map((pick) => pick.element),
    ],
    [
      { text: "Cancel", value: null },
      { text: "Take as my own version", value: "own", primary: true },
    ],
    { wide: true, onopen: (dialog) => dialog.querySelector("select")?.focus() },
  );
  return answer === "own" ? assembled(picks, space.forms) : null;
}

class Pick {
  constructor(slot, space, letters, labels) {
    this.slot = slot;
    this.held = slot.cells.map((cell, at) => ({ cell, at })).filter(({ cell }) => cell);
    this.parts = {};
    const rows = [this.#whose(space, letters)];
    const { place, fields } = space.forms.of(this.held[0].cell.body);
    if (place) for (const field of fields) rows.push(this.#part(field, space, letters, labels));
    const title = slot.question.split(" ")[0].replaceAll("_", " ");
    this.element = h("fieldset", { class: "pick" }, h("legend", null, title), h("div", { class: "row" }, rows));
  }

  #whose(space, letters) {
    this.whose = h(
      "select",
      { onchange: () => this.#follow() },
      this.held.map(({ cell, at }) =>
        option(
          String(at),
          `${letters[at]}: ${fieldsOf(cell.body, space.wordsOf(at))
            .map(([, w]) => w)
            .filter((w) => w && w !== "–")
            .join(" · ")}`,
          String(this.held[0].at),
        ),
      ),
      option("", "nothing here", null),
    );
    return h("label", { class: "field" }, h("span", null, "from"), this.whose);
  }

  /** One field: the distinct values readers gave, for the label all of the schema. */
  #part({ name: field, title: name, role }, space, letters, labels) {
    const seen = [];
    for (const { cell, at } of this.held) {
      const value = cell.body[field];
      const found = seen.find((entry) => same(entry.value, value));
      if (found) found.letters.push(letters[at]);
      else
        seen.push({
          value,
          letters: [letters[at]],
          at,
          words: fieldsOf(cell.body, space.wordsOf(at)).find(([n]) => n === name)?.[1] ?? "–",
        });
    }
    if (role === "key") {
      for (const [key, title] of labels)
        if (!seen.some((e) => e.value === key)) seen.push({ value: key, letters: [], words: title });
    }
    const control = h(
      "select",
      null,
      seen.map((entry, i) =>
        option(String(i), `${entry.words}${entry.letters.length ? ` (${entry.letters.join(" ")})` : ""}`, "0"),
      ),
    );
    this.parts[field] = { control, seen };
    return h("label", { class: "field" }, h("span", null, name), control);
  }

  /** Choosing a reader sets all fields to hers. */
  #follow() {
    const at = this.whose.value;
    for (const { control } of Object.values(this.parts)) control.disabled = at === "";
    if (at === "") return;
    for (const [field, { control, seen }] of Object.entries(this.parts)) {
      control.value = String(seen.findIndex((entry) => same(entry.value, this.slot.cells[at].body[field])));
    }
  }

  /** {id, body, at} as chosen, or null. */
  chosen() {
    if (this.whose.value === "") return null;
    const at = Number(this.whose.value);
    const { id, body } = this.slot.cells[at];
    const parts = Object.fromEntries(
      Object.entries(this.parts).map(([field, { control, seen }]) => [field, seen[Number(control.value)].value]),
    );
    return { id, at, body: { ...body, ...parts } };
  }
}

/** Elements chosen from several readers refer to each other by the ids of the reader each comes from. */
function assembled(picks, forms) {
  const names = new Map(); // "version:id" → id in the result
  const taken = picks.map((pick) => ({ pick, chosen: pick.chosen() })).filter(({ chosen }) => chosen);
  for (const { pick, chosen } of taken) {
    for (const { cell, at } of pick.held) names.set(`${at}:${cell.id}`, chosen.id);
  }
  const elements = {};
  for (const { chosen: { id, at, body } } of taken) {
    const next = { ...body };
    let broken = false;
    for (const { name, many, least } of forms.references(body)) {
      const kept = [...new Set([next[name] ?? []].flat().map((other) => names.get(`${at}:${other}`)).filter(Boolean))];
      next[name] = many ? kept : kept[0];
      broken ||= kept.length < least;
    }
    if (!broken) elements[id] = next;
  }
  return elements;
}

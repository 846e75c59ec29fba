// The generic workbench: every question of the schema is a row, drawn from what the modality says of its fields.
import { Find } from "../annotator/find.js";
import { NoteView } from "../annotator/noteview.js";
import { Snapper } from "../annotator/snap.js";
import { isOpen, newId, put, restOf } from "../annotator/payload.js";
import { Keymap } from "../lib/keys.js";
import { button, h, plural, select, spoken } from "../lib/dom.js";
import { Foot } from "./foot.js";
import { Rows } from "./rows.js";
import { Seen } from "./seen.js";
import { Selecting } from "./selecting.js";
import { Workspace } from "./workspace.js";

const HUMAN = { by: "human" };

class AnswerSpace extends Workspace {
  constructor(root, data) {
    super(root, data);
    const lang = data.document.language ?? "en";
    this.questions = new Map(data.present.questions.map((question) => [question.key, question]));
    this.snapper = new Snapper(this.table.text, lang);
    this.view = new NoteView(this.surface, this.table, { lang });
    this.keymap = new Keymap(["questions", "text", "answers"], {});
    this.seen = new Seen(this.view, this.life.signal);
    this.foot = new Foot(root);
    this.rows = new Rows(root.querySelector("#questions"), [...this.questions.keys()], {
      draw: (key, current) => this.#row(key, current), onmove: (key) => this.#moved(key),
    });
    this.#parts();
    Object.assign(this.keymap.handlers, this.#acts(), this.shared());
    this.keymap.attach(root);
    this.part("rest").hidden = !data.present.unsaid;
    this.#drawSpans();
    this.store.subscribe((event) => this.#changed(event));
    this.#moved(this.rows.current);
  }

  #parts() {
    this.selecting = new Selecting(this, this.view, this.snapper, {
      choices: () => this.#choices(this.rows.current).map((value, i) => ({
        text: `${this.questions.get(this.rows.current).title}: ${spoken(value)}`,
        key: String(i + 1), act: () => this.choose(i),
      })),
      onclick: (ids) => ids.length && this.jumpTo(ids[0]),
    });
    const [field, count] = ["#find", "#find-count"].map((name) => this.root.querySelector(name));
    this.find = new Find(field, count, this.view, this.snapper, {
      onpick: (start, end) => {
        this.surface.focus({ preventScroll: true });
        this.selecting.set(start, end);
      },
      onleave: () => this.surface.focus({ preventScroll: true }),
    });
  }

  #acts() {
    const open = (key) => this.waits(key);
    return {
      next: () => this.rows.step(1), previous: () => this.rows.step(-1),
      nextOpen: () => this.rows.step(1, open) || this.say("Everything here is reviewed"),
      previousOpen: () => this.rows.step(-1, open),
      choose: (key) => this.choose(Number(key) - 1), none: () => this.#unsaid(),
      reject: () => this.#clear(this.rows.current), accept: () => this.accept(), rest: () => this.rest(),
      evidence: () => this.#evidence(), find: () => this.find.open(0),
      caret: () => this.selecting.startCursor(this.keymap, this.selecting.lastPlace ?? 0),
      edit: () => this.root.querySelector("tr[aria-current=true] :is(button, input, select)")?.focus(),
    };
  }

  /** [id, body] of the answer to one question, or [null, null]. */
  answer(key) {
    const { kind, key_field: field } = this.questions.get(key);
    const answers = ([, body]) => body.kind === kind && body[field] === key && body.status !== "rejected";
    return [...this.store.elements].find(answers) ?? [null, null];
  }

  /** The field digits choose from: the first closed one that an answer needs. */
  #main(key) {
    return this.questions.get(key).fields.find((field) => field.values && field.required && !field.many);
  }

  #choices(key) {
    return this.#main(key)?.values ?? [];
  }

  /** Open: not reviewed, or without an answer of its own while nobody said that nothing else is there. */
  waits(key) {
    const [, body] = this.answer(key);
    if (body) return isOpen(body);
    const [, rest] = restOf(this.store.elements);
    return !(rest && !isOpen(rest));
  }

  choose(at) {
    const value = this.#choices(this.rows.current)[at];
    if (value === undefined) return;
    this.put(this.rows.current, { [this.#main(this.rows.current).name]: value });
    if (this.store.selection) this.#evidence();
    else this.rows.step(1);
  }

  /** Sets fields of an answer, which is made by its first one; null takes an optional one back. */
  put(key, change) {
    const { kind, key_field: field, fields } = this.questions.get(key);
    const [id, body] = this.answer(key);
    const next = { ...(body ?? { kind, [field]: key, origin: HUMAN }), ...change, status: "confirmed" };
    for (const [name, value] of Object.entries(change)) if (value === null) delete next[name];
    const lacks = fields.find((one) => one.required && next[one.name] === undefined);
    if (lacks) return void this.say(`Give its ${spoken(lacks.name)} first`);
    this.store.run(put(id ?? newId("a"), next, "answer"));
    return undefined;
  }

  #clear(key) {
    const [id, body] = this.answer(key);
    if (!id) return;
    const gone = body.origin?.by === "model" ? { ...body, status: "rejected" } : null;
    this.store.run({ title: "no answer", actions: [{ id, body: gone }] });
  }

  #unsaid() {
    const at = this.#choices(this.rows.current).indexOf(this.data.present.unsaid);
    if (at >= 0) this.choose(at);
    else this.#clear(this.rows.current);
  }

  accept() {
    const [id, body] = this.answer(this.rows.current);
    if (body && isOpen(body)) this.store.run(put(id, { ...body, status: "confirmed" }, "accept"));
    if (!this.rows.step(1, (other) => this.waits(other))) this.rows.step(1);
  }

  /** Says once, deliberately, that nothing else is said; the same key takes it back. */
  rest() {
    if (!this.data.present.unsaid) return;
    const [id] = restOf(this.store.elements);
    if (id) this.store.run({ title: "open again", actions: [{ id, body: null }] });
    else {
      const rest = { kind: "rest", value: this.data.present.unsaid, status: "confirmed", origin: HUMAN };
      this.store.run(put(newId("n"), rest, "nothing else"));
    }
    this.say(id ? "What has no answer is open again" : "Nothing else is said");
  }

  #evidence() {
    const key = this.rows.current;
    const field = this.questions.get(key).fields.find((one) => one.role === "span");
    const { selection } = this.store;
    const [, body] = this.answer(key);
    if (!field || !selection || !body) return void this.say("Select the words first, and choose an answer");
    const held = (body[field.name] ?? []).filter(([s, e]) => e <= selection.start || selection.end <= s);
    this.put(key, { [field.name]: [...held, [selection.start, selection.end]].sort((a, b) => a[0] - b[0]) });
    return this.back();
  }

  #row(key, current) {
    const question = this.questions.get(key);
    const [, body] = this.answer(key);
    const state = this.waits(key) ? h("span", { class: "state suggested" }, body ? "not reviewed" : "open") : null;
    return h("tr", { "data-key": key, "aria-current": String(current) },
      h("th", { scope: "row" }, question.title, state),
      h("td", null, question.fields.map((field) => this.#field(question, field, body, current))));
  }

  #field(question, field, body, current) {
    const off = this.store.readOnly;
    const held = body?.[field.name];
    const keep = `${question.key}-${field.name}`;
    const set = (value) => {
      this.rows.moveTo(question.key);
      this.put(question.key, { [field.name]: value });
    };
    if (field === this.#main(question.key)) {
      return h("div", { class: "values" }, field.values.map((value, i) => button(spoken(value), () => set(value), {
        key: current && i < 9 ? String(i + 1) : undefined, pressed: held === value, disabled: off,
        keep: `${keep}-${value}`, label: `${question.title}: ${spoken(value)}`,
      })));
    }
    if (field.values && field.many) return this.#several(question, field, held ?? [], set, off || !body);
    if (field.values) {
      const choices = [["", "–"], ...field.values.map((value) => [String(value), spoken(value)])];
      const chosen = (word) => set(field.values.find((value) => String(value) === word) ?? null);
      return select(spoken(field.name), choices, String(held ?? ""), chosen, { keep, disabled: off || !body });
    }
    if (field.role === "span") return this.#places(question, field, held ?? [], off);
    return this.#typed(question, field, held, set, keep, off || (!body && !field.required));
  }

  /** A list of closed values: each is there or not. */
  #several(question, field, held, set, disabled) {
    const named = `${question.title}, ${spoken(field.name)}`;
    const without = (value) => held.filter((one) => one !== value);
    const toggle = (value) => () => set(held.includes(value) ? without(value) : [...held, value]);
    return h("div", { class: "values", role: "group", "aria-label": named }, field.values.map((value) => button(
      spoken(value), toggle(value), {
        pressed: held.includes(value), disabled, label: `${named}: ${spoken(value)}`,
        keep: `${question.key}-${field.name}-${value}`,
      },
    )));
  }

  #places(question, field, pairs, off) {
    const without = (pair) => () => this.put(question.key, { [field.name]: pairs.filter((one) => one !== pair) });
    return h("div", null, pairs.map((pair) => h("div", { class: "row small" },
      button(`“${this.table.slice(...pair)}” l. ${this.table.lineOf(pair[0])}`, () => this.#reveal(pair)),
      off ? null : button("×", without(pair), { label: "Remove this evidence" }))));
  }

  #typed(question, field, held, set, keep, disabled) {
    const number = field.role === "number";
    const changed = () => {
      const value = input.value.trim();
      set(value === "" ? null : number ? Number(value) : value);
    };
    const type = number ? "number" : "text";
    const attributes = { type, min: field.least, disabled, value: held ?? "", dataset: { keep }, onchange: changed };
    const input = h("input", attributes);
    const name = h("span", null, spoken(field.name), h("span", { class: "unseen" }, ` of ${question.title}`));
    return h("label", { class: "field inline" }, name, input);
  }

  #reveal([start, end]) {
    this.view.reveal(this.table.toUnit(start), this.table.toUnit(end));
  }

  #moved(key) {
    const [id, body] = this.answer(key);
    this.store.focusOn(id);
    this.view.setCurrent(id);
    const state = this.waits(key) ? "open" : spoken(this.data.present.unsaid);
    this.say(`${this.questions.get(key).title}: ${body ? "answered" : state}`);
    this.rows.render();
  }

  #drawSpans() {
    [...this.questions.values()].forEach((question, i) => {
      const field = question.fields.find((one) => one.role === "span");
      const [id, body] = this.answer(question.key);
      const pairs = (field && body?.[field.name]) ?? [];
      if (id) this.view.setSpan(id, pairs.length ? {
        id, pieces: pairs.map(([s, e]) => [this.table.toUnit(s), this.table.toUnit(e)]),
        tint: isOpen(body) ? "suggested" : "evidence", line: isOpen(body) ? "dashed" : "solid", color: i % 8,
        say: question.title, tag: question.title,
      } : null);
    });
    this.view.draw();
    const done = this.rows.keys.filter((key) => !this.waits(key)).length;
    const [rest] = restOf(this.store.elements);
    const all = this.rows.keys.length;
    const others = rest ? `, the rest ${spoken(this.data.present.unsaid)}` : "";
    this.foot.show(`${done} of ${plural(all, "question")} answered${others}`, done / (all || 1));
    this.part("rest").setAttribute("aria-pressed", String(Boolean(rest)));
    this.part("rest").disabled = this.store.readOnly;
  }

  #changed({ ids }) {
    for (const id of ids) if (!this.store.elements.has(id)) this.view.setSpan(id, null);
    if (ids.size) this.#drawSpans();
    this.rows.render();
  }

  jumpTo(where) {
    const body = this.store.elements.get(where);
    const meant = (one) => one.key === where || body?.[one.key_field] === one.key;
    const question = [...this.questions.values()].find(meant);
    if (question) this.rows.moveTo(question.key);
  }

  open() {
    return this.rows.keys.filter((key) => this.waits(key)).map((key) => ({
      message: `${this.answer(key)[1] ? "Not reviewed" : "No answer"}: ${this.questions.get(key).title}`,
      go: () => this.rows.moveTo(key),
    }));
  }

  unseen() {
    return this.seen.missed().map(({ start }) => ({
      message: `Never on screen: line ${this.view.blocks[start].label}`,
      go: () => this.view.reveal(this.view.blocks[start].start),
    }));
  }
}

export async function start(root) {
  const space = new AnswerSpace(root, await Workspace.load(root));
  await space.restore();
  space.surface.focus({ preventScroll: true });
  return space;
}

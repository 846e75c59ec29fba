// The report workbench: each observation positive, negative, uncertain or not mentioned, with its evidence.
import { Find } from "../../js/annotator/find.js";
import { NoteView } from "../../js/annotator/noteview.js";
import { Snapper } from "../../js/annotator/snap.js";
import { isOpen, newId, ofKind, put, restOf } from "../../js/annotator/payload.js";
import { Keymap } from "../../js/lib/keys.js";
import { button, h, plural, select } from "../../js/lib/dom.js";
import { Foot } from "../../js/workbench/foot.js";
import { Rows } from "../../js/workbench/rows.js";
import { Seen } from "../../js/workbench/seen.js";
import { Selecting } from "../../js/workbench/selecting.js";
import { Workspace } from "../../js/workbench/workspace.js";

const VALUES = ["positive", "negative", "uncertain"];
const NONE = "not_mentioned";
const SIGNS = { positive: "+", negative: "−", uncertain: "?" };
const CATEGORIES = [["", "–"], ["1", "1 minutes"], ["2", "2 hours"], ["3", "3 days"]];

class ReportSpace extends Workspace {
  constructor(root, data) {
    super(root, data);
    const { store, table } = this;
    const lang = data.document.language ?? "en";
    this.snapper = new Snapper(table.text, lang);
    this.view = new NoteView(this.surface, table, { lang });
    this.keymap = new Keymap(["questions", "text", "answers"], {});
    this.seen = new Seen(this.view, this.life.signal);
    this.foot = new Foot(root);
    this.rows = new Rows(root.querySelector("#observations"), this.schema.labels.map((label) => label.key), {
      draw: (key, current) => this.#row(key, current), onmove: (key) => this.#moved(key),
    });
    this.#parts();
    Object.assign(this.keymap.handlers, this.#acts(), this.shared());
    this.keymap.attach(root);
    this.#drawSpans();
    store.subscribe((event) => this.#changed(event));
    this.#moved(this.rows.current);
  }

  #parts() {
    this.selecting = new Selecting(this, this.view, this.snapper, {
      choices: () =>
        VALUES.map((value, i) => ({
          text: `${this.label(this.rows.current).title}: ${value}`,
          key: String(i + 1),
          act: () => this.set(value),
        })),
      onclick: (ids) => ids.length && this.rows.moveTo(this.store.elements.get(ids[0]).label),
    });
    this.find = new Find(
      this.root.querySelector("#find"),
      this.root.querySelector("#find-count"),
      this.view,
      this.snapper,
      {
        onpick: (start, end) => {
          this.surface.focus({ preventScroll: true });
          this.selecting.set(start, end);
        },
        onleave: () => this.surface.focus({ preventScroll: true }),
      },
    );
  }

  #acts() {
    const open = (key) => this.waits(key);
    return {
      next: () => this.rows.step(1),
      previous: () => this.rows.step(-1),
      nextOpen: () => this.rows.step(1, open) || this.say("Everything here is reviewed"),
      previousOpen: () => this.rows.step(-1, open),
      choose: (key) => VALUES[Number(key) - 1] && this.set(VALUES[Number(key) - 1]),
      none: () => this.set(NONE),
      accept: () => this.accept(),
      reject: () => this.set(NONE),
      rest: () => this.rest(),
      evidence: () => this.addEvidence(),
      find: () => this.find.open(0),
      caret: () => this.selecting.startCursor(this.keymap, this.selecting.lastPlace ?? 0),
      edit: () => this.root.querySelector("tr[aria-current=true] button")?.focus(),
    };
  }

  label(key) {
    return this.schema.labels.find((label) => label.key === key) ?? { key, title: key };
  }

  /** [id, body] of the answer to one label, or [null, null]. */
  answer(key, kind = "observation") {
    return ofKind(this.store.elements, kind).find(([, body]) => body.label === key) ?? [null, null];
  }

  /** A label of the group "critical" is asked for its category only. */
  #kindOf(key) {
    return this.label(key).group === "critical" ? "critical" : "observation";
  }

  /** Open: without an answer of its own while nobody said that nothing else is mentioned, or not reviewed. */
  waits(key) {
    const bodies = ["observation", "critical"].map((kind) => this.answer(key, kind)[1]);
    if (bodies.some((body) => body && isOpen(body))) return true;
    const [, rest] = restOf(this.store.elements);
    return !this.answer(key, this.#kindOf(key))[1] && !(rest && !isOpen(rest));
  }

  /** Says once, deliberately, that nothing else is mentioned; the same key takes it back. */
  rest() {
    const [id] = restOf(this.store.elements);
    if (id) this.store.run({ title: "open again", actions: [{ id, body: null }] });
    else
      this.store.run(
        put(
          newId("n"),
          { kind: "rest", value: NONE, status: "confirmed", origin: { by: "human" } },
          "nothing else is mentioned",
        ),
      );
    this.say(id ? "What has no answer is open again" : "Nothing else is mentioned");
  }

  #evidenceWith(body) {
    const held = body?.evidence ?? [];
    const { selection } = this.store;
    if (!selection || held.some(([s, e]) => s < selection.end && selection.start < e)) return held;
    return [...held, [selection.start, selection.end]].sort((a, b) => a[0] - b[0]);
  }

  /** Answers the current row. A selection becomes evidence; what is not mentioned has none. */
  set(value) {
    const key = this.rows.current;
    if (this.#kindOf(key) === "critical") {
      if (value === NONE) this.#critical(key, "none");
      else return this.say("Choose how urgent it is, or not mentioned");
      return void this.rows.step(1);
    }
    const [id, body] = this.answer(key);
    const evidence = value === NONE ? [] : this.#evidenceWith(body);
    const next = {
      ...(body ?? { kind: "observation", label: key, origin: { by: "human" } }),
      value,
      evidence,
      status: "confirmed",
    };
    this.store.run(put(id ?? newId("o"), next, value));
    if (this.store.selection) this.back();
    else this.rows.step(1);
  }

  accept() {
    const key = this.rows.current;
    const actions = ["observation", "critical"].flatMap((kind) => {
      const [id, body] = this.answer(key, kind);
      return body && isOpen(body) ? [{ id, body: { ...body, status: "confirmed" } }] : [];
    });
    this.store.run({ title: "accept", actions });
    if (!this.rows.step(1, (other) => this.waits(other))) this.rows.step(1);
  }

  addEvidence() {
    const [id, body] = this.answer(this.rows.current);
    if (!body || body.value === NONE || !this.store.selection)
      return this.say("Select the words first, and choose a value");
    this.store.run(put(id, { ...body, evidence: this.#evidenceWith(body), status: "confirmed" }, "evidence"));
    return this.back();
  }

  #critical(key, category) {
    const [id, body] = this.answer(key, "critical");
    if (!category) return id && this.store.run({ title: "not critical", actions: [{ id, body: null }] });
    const evidence = body?.evidence ?? this.answer(key)[1]?.evidence ?? [];
    const made = category === "none" ? { category: null, evidence: [] } : { category: Number(category), evidence };
    const next = {
      ...(body ?? { kind: "critical", label: key, origin: { by: "human" } }),
      ...made,
      status: "confirmed",
    };
    return this.store.run(put(id ?? newId("k"), next, "critical"));
  }

  #row(key, current) {
    const label = this.label(key);
    const [id, body] = this.answer(key);
    const off = this.store.readOnly;
    const pick = (value) => () => { this.rows.moveTo(key); this.set(value); };
    const only = this.#kindOf(key) === "critical";
    const graded = this.answer(key, "critical")[1];
    const given = only ? (graded && (graded.category === null ? NONE : "positive")) : body?.value;
    const values = only ? [] : VALUES.map((value, i) => {
      const b = button(value, pick(value), {
        key: current ? String(i + 1) : undefined,
        pressed: body?.value === value,
        disabled: off,
        keep: `${key}-${value}`,
        label: `${label.title}: ${value}`,
      });
      b.classList.add(value);
      return b;
    });
    const none = button("–", pick(NONE), {
      key: current ? "0" : undefined,
      pressed: given === NONE,
      disabled: off,
      keep: `${key}-none`,
      label: `${label.title}: not mentioned`,
    });
    const critical =
      label.class === "critical"
        ? select("critical", CATEGORIES, String(graded?.category ?? ""), (v) => this.#critical(key, v), {
            keep: `${key}-critical`,
            disabled: off,
          })
        : null;
    const spans = (body?.evidence ?? []).map((pair, i) =>
      h(
        "div",
        { class: "row small" },
        button(`“${this.table.slice(...pair)}” l. ${this.table.lineOf(pair[0])}`, () => this.#reveal(pair), {
          keep: `${key}-ev-${i}`,
        }),
        off
          ? null
          : button(
              "×",
              () => this.store.run(put(id, { ...body, evidence: body.evidence.filter((p) => p !== pair) }, "evidence")),
              { label: "Remove this evidence" },
            ),
      ),
    );
    return h(
      "tr",
      { "data-key": key, class: given ?? "", "aria-current": String(current) },
      h(
        "th",
        { scope: "row" },
        label.title,
        this.waits(key) ? h("span", { class: "state suggested" }, (body ?? graded) ? "not reviewed" : "open") : null,
      ),
      h("td", null, h("div", { class: "values" }, values, none), critical, spans),
    );
  }

  #reveal([start, end]) {
    this.view.reveal(this.table.toUnit(start), this.table.toUnit(end));
  }

  #moved(key) {
    const [id, body] = this.answer(key);
    this.store.focusOn(id);
    this.view.setCurrent(id);
    if (body?.evidence?.length) this.#reveal(body.evidence[0]);
    const value = body ? body.value.replace("_", " ") : this.waits(key) ? "open" : "not mentioned";
    this.say(`${this.label(key).title}: ${value}${body && isOpen(body) ? ", not reviewed" : ""}`);
    this.rows.render();
  }

  #drawSpans() {
    this.schema.labels.forEach((label, i) => {
      for (const [id, body] of ofKind(this.store.elements, "observation")) {
        if (body.label === label.key) this.#span(id, body, label, i);
      }
    });
    this.view.draw();
    this.#progress();
  }

  /** The bar counts labels with an answer, by itself or with the rest. */
  #progress() {
    const labels = this.schema.labels;
    const done = labels.filter(({ key }) => !this.waits(key)).length;
    const [id] = restOf(this.store.elements);
    this.foot.show(
      `${done} of ${plural(labels.length, "label")} answered${id ? ", the rest not mentioned" : ""}`,
      done / (labels.length || 1),
    );
    const control = this.part("rest");
    control.setAttribute("aria-pressed", String(Boolean(id)));
    control.disabled = this.store.readOnly;
  }

  #span(id, body, label, i) {
    if (!body.evidence?.length || !SIGNS[body.value]) return this.view.setSpan(id, null);
    return this.view.setSpan(id, {
      id,
      pieces: body.evidence.map(([s, e]) => [this.table.toUnit(s), this.table.toUnit(e)]),
      tint: isOpen(body) ? "suggested" : "evidence",
      line: isOpen(body) ? "dashed" : "solid",
      color: label.color ?? i % 8,
      say: `${label.title}, ${body.value}`,
      tag: `${label.tag ?? label.title} ${SIGNS[body.value]}`,
    });
  }

  #changed({ ids }) {
    for (const id of ids) if (!this.store.elements.get(id)?.evidence?.length) this.view.setSpan(id, null);
    if (ids.size) {
      this.#drawSpans();
      this.view.setCurrent(this.answer(this.rows.current)[0]);
    }
    this.rows.render();
  }

  jumpTo(where) {
    const key = this.store.elements.get(where)?.label ?? where;
    this.rows.moveTo(key);
  }

  open() {
    const said = (key) => this.answer(key)[1] ?? this.answer(key, "critical")[1];
    return this.schema.labels
      .filter(({ key }) => this.waits(key))
      .map(({ key, title }) => ({
        message: `${said(key) ? "Not reviewed" : "No answer"}: ${title}`,
        go: () => this.rows.moveTo(key),
      }));
  }

  unseen() {
    return this.seen
      .missed()
      .map(({ start }) => ({
        message: `Never on screen: line ${this.view.blocks[start].label}`,
        go: () => this.view.reveal(this.view.blocks[start].start),
      }));
  }
}

export async function start(root) {
  const space = new ReportSpace(root, await Workspace.load(root));
  await space.restore();
  space.surface.focus({ preventScroll: true });
  return space;
}

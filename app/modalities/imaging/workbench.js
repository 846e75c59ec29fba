// The metadata workbench: each field confirmed, corrected or unusable.
import { isOpen, newId, ofKind, put, restOf } from "../../js/annotator/payload.js";
import { form, textField } from "../../js/controllers/dialogs.js";
import { Keymap } from "../../js/lib/keys.js";
import { button, h, plural, select } from "../../js/lib/dom.js";
import { Foot } from "../../js/workbench/foot.js";
import { Rows } from "../../js/workbench/rows.js";
import { Workspace } from "../../js/workbench/workspace.js";

const VERDICTS = ["confirmed", "corrected", "unusable"];

class ImagingSpace extends Workspace {
  constructor(root, data) {
    super(root, data);
    this.keymap = new Keymap(["questions", "answers"], {});
    this.fields = new Map(data.present.fields.map((field) => [field.keyword, field]));
    this.foot = new Foot(root);
    this.editing = null;
    this.rows = new Rows(root.querySelector("#fields"), [...this.fields.keys()], {
      draw: (key, current) => this.#row(key, current), onmove: (key) => this.#moved(key),
    });
    Object.assign(this.keymap.handlers, this.#acts(), this.shared());
    this.keymap.attach(root);
    this.#doubts();
    this.store.subscribe(() => this.#render());
    this.#render();
  }

  #acts() {
    const open = (key) => this.waits(key);
    return {
      next: () => this.rows.step(1),
      previous: () => this.rows.step(-1),
      nextOpen: () => this.rows.step(1, open) || this.say("Every field has a verdict"),
      previousOpen: () => this.rows.step(-1, open),
      rest: () => this.rest(),
      accept: () => this.decide("confirmed"),
      reject: () => this.unusable(),
      edit: () => this.edit(),
      why: () => this.unusable(),
      choose: (key) => [() => this.decide("confirmed"), () => this.edit(), () => this.unusable()][Number(key) - 1]?.(),
    };
  }

  #doubts() {
    const doubts = this.data.present.flags ?? [];
    if (!doubts.length) return;
    this.strip.append(
      h(
        "div",
        { class: "strip warn" },
        h("p", null, "Doubts about other fields:"),
        h(
          "ul",
          null,
          doubts.map((d) => h("li", null, d.message)),
        ),
      ),
    );
  }

  answer(key) {
    return ofKind(this.store.elements, "field").find(([, body]) => body.keyword === key) ?? [null, null];
  }

  waits(key) {
    const [, body] = this.answer(key);
    const field = this.fields.get(key);
    if (body) return isOpen(body);
    const [, rest] = restOf(this.store.elements);
    return field.present !== false || field.required || !rest || isOpen(rest);
  }

  /** Says once, deliberately, that no other field is in the record; the same key takes it back. */
  rest() {
    const [id] = restOf(this.store.elements);
    if (id) this.store.run({ title: "open again", actions: [{ id, body: null }] });
    else
      this.store.run(
        put(
          newId("n"),
          { kind: "rest", value: "not_present", status: "confirmed", origin: { by: "human" } },
          "no other field is there",
        ),
      );
    this.say(id ? "Fields that are not there are open again" : "No other field is in the record");
  }

  /** What a verdict is about: the record's value, the one in its place, or why it is of no use. */
  textOf(body) {
    if (body.kind !== "field") return "";
    return body.reason ?? shown(body.value ?? this.fields.get(body.keyword)?.value);
  }

  decide(verdict, part = {}) {
    const key = this.rows.current;
    const [id, body] = this.answer(key);
    this.store.run(
      put(
        id ?? newId("f"),
        { kind: "field", keyword: key, verdict, ...part, status: "confirmed", origin: body?.origin ?? { by: "human" } },
        verdict,
      ),
    );
    this.editing = null;
    if (!this.rows.step(1, (other) => this.waits(other))) this.rows.step(1);
    this.surface.focus({ preventScroll: true });
  }

  async unusable() {
    if (this.store.readOnly) return;
    const answer = await form(
      `${this.fields.get(this.rows.current).title ?? this.rows.current} is unusable`,
      [textField("reason", "Why")],
      "Mark unusable",
      ({ reason }) => (reason.trim() ? null : "Please give the reason."),
    );
    if (answer) this.decide("unusable", { reason: answer.reason.trim() });
  }

  edit() {
    if (this.store.readOnly) return;
    this.editing = this.rows.current;
    this.rows.render();
    const control = this.root.querySelector("[data-keep=correction]");
    control?.focus();
    control?.select?.();
  }

  /** What was typed, in the shape of the old value: several values are parted by a backslash, as in DICOM. */
  #typed(text, old) {
    const one = (part) => (Number.isInteger([old].flat()[0]) && /^-?\d+$/.test(part) ? Number(part) : part);
    return Array.isArray(old) ? text.split("\\").map((part) => one(part.trim())) : one(text.trim());
  }

  #save(text) {
    const field = this.fields.get(this.editing);
    const value = this.#typed(text, field.value);
    this.rows.moveTo(this.editing);
    if (shown(value) === shown(field.value)) this.decide("confirmed");
    else this.decide("corrected", { value });
  }

  #row(key, current) {
    const field = this.fields.get(key);
    const [, body] = this.answer(key);
    const act = (run) => () => { this.rows.moveTo(key); run(); };
    const off = this.store.readOnly;
    const said = body && !isOpen(body) ? body.verdict : null;
    const buttons = [
      ["Confirm", act(() => this.decide("confirmed")), "a"],
      ["Correct", act(() => this.edit()), "Enter"],
      ["Unusable", act(() => this.unusable()), "x"],
    ].map(([text, run, name], i) =>
      button(text, run, {
        key: current ? name : undefined,
        pressed: said === VERDICTS[i],
        disabled: off,
        keep: `${key}-${i}`,
        label: `${text} ${field.title ?? key}`,
      }),
    );
    return h(
      "tr",
      { "data-key": key, "aria-current": String(current) },
      h(
        "th",
        { scope: "row" },
        field.title ?? field.name ?? key,
        h("div", { class: "mut small" }, `${key} ${field.VR ?? field.vr ?? ""}`),
      ),
      h(
        "td",
        { class: "value" },
        this.editing === key ? this.#editor(field) : field.present === false ? "–" : shown(field.value),
      ),
      h(
        "td",
        null,
        (field.flags ?? []).map((flag) => h("div", { class: "flag small" }, flag.message ?? flag)),
      ),
      h("td", null, h("div", { class: "values" }, buttons)),
      h(
        "td",
        { class: `verdict ${said ?? ""}` },
        said
          ? [
              said,
              body.value === undefined ? "" : `: ${shown(body.value)}`,
              body.reason ? `: ${body.reason}` : "",
            ].join("")
          : h("span", { class: "mut" }, body ? "not reviewed" : this.waits(key) ? "open" : "not in the record"),
      ),
    );
  }

  #editor(field) {
    const held = this.answer(field.keyword)[1]?.value ?? field.value;
    const keep = "correction";
    if (field.allowed && !Array.isArray(field.value)) {
      return select("", [["", "…"], ...field.allowed.map((v) => [v, v])], shown(held), (v) => v && this.#save(v), {
        keep,
      });
    }
    return h("input", {
      type: "text",
      value: shown(held),
      "aria-label": `New value of ${field.title ?? field.keyword}`,
      dataset: { keep },
      onkeydown: (event) => {
        if (event.key !== "Enter" && event.key !== "Escape") return;
        event.preventDefault();
        event.stopPropagation();
        if (event.key === "Enter") return void this.#save(event.target.value);
        this.editing = null;
        this.rows.render();
        this.surface.focus();
      },
    });
  }

  #moved(key) {
    const [id, body] = this.answer(key);
    if (this.editing !== key) this.editing = null;
    this.store.focusOn(id);
    const field = this.fields.get(key);
    const doubts = field.flags?.length ? `, ${plural(field.flags.length, "doubt")}` : "";
    this.say(`${field.title ?? key}: ${shown(field.value)}, ${body ? body.verdict : "open"}${doubts}`);
  }

  #render() {
    this.rows.render();
    const keys = [...this.fields.keys()];
    const open = keys.filter((key) => this.waits(key)).length;
    const control = this.part("rest");
    control.setAttribute("aria-pressed", String(Boolean(restOf(this.store.elements)[0])));
    control.disabled = this.store.readOnly;
    this.foot.show(`${keys.length - open} of ${plural(keys.length, "field")} done`, 1 - open / (keys.length || 1));
  }

  /** A field has no words to select: its value in the record stands for it. */
  placesToReport() {
    const { text } = this.table;
    const key = `${JSON.stringify(this.rows.current)}:`;
    const at = text.indexOf(key);
    if (at < 0) return [[0, this.table.toPoint(text.length)]];
    const value = JSON.stringify(this.fields.get(this.rows.current)?.value ?? "");
    return [[this.table.toPoint(at), this.table.toPoint(Math.min(text.length, at + key.length + value.length))]];
  }

  jumpTo(where) {
    this.rows.moveTo(this.store.elements.get(where)?.keyword ?? where);
  }

  open() {
    return [...this.fields.values()]
      .filter(({ keyword }) => this.waits(keyword))
      .map((field) => ({
        message: `No verdict: ${field.title ?? field.keyword}`,
        go: () => this.rows.moveTo(field.keyword),
      }));
  }
}

const shown = (value) =>
  value === null || value === undefined || value === ""
    ? "(empty)"
    : Array.isArray(value)
      ? value.join("\\")
      : String(value);

export async function start(root) {
  const space = new ImagingSpace(root, await Workspace.load(root));
  await space.restore();
  space.surface.focus({ preventScroll: true });
  return space;
}

// The adjudication page: cases left, the text and the versions right; one key decides and goes on.
import { labelMarks } from "../annotator/marks.js";
import { LineTable } from "../lib/offsets.js";
import { Keymap } from "../lib/keys.js";
import { announce } from "../lib/announce.js";
import { get, post, put, remove } from "../lib/api.js";
import { button, h, plural, redraw } from "../lib/dom.js";
import { Forms, nameOf } from "../annotator/forms.js";
import { ask, form, textField } from "../controllers/dialogs.js";
import { mustAccept, toggleGuideline, wireAcceptance } from "../controllers/guideline.js";
import { go, wireButtons } from "../controllers/page-keys.js";
import { showKeys } from "../controllers/key-help.js";
import { close } from "./closing.js";
import { CaseContext } from "./context.js";
import { ownVersion } from "./own.js";
import { columnsOf } from "./readings.js";
import { RulingBar } from "./ruling-bar.js";

class Page {
  constructor(root, data) {
    Object.assign(this, { root, data, cases: data.cases, undone: [], pending: null });
    this.url = `/api/v1/items/${data.item.id}`;
    this.forms = new Forms(data.forms);
    this.letters = data.versions.map((version) => version.letter);
    this.table = new LineTable(data.document.text);
    this.context = new CaseContext(root.querySelector("#context"), this);
    this.surface = root.querySelector("[data-surface]");
    this.list = root.querySelector("#cases");
    this.labels = labelMarks(data.schema.labels);
    this.bar = new RulingBar(root.querySelector("#ruling"), this);
    this.keymap = new Keymap(["cases"], {});
    const acts = this.#acts();
    Object.assign(this.keymap.handlers, acts);
    this.keymap.attach(root);
    wireButtons(root, acts);
    wireAcceptance(
      root,
      () => this.surface.focus({ preventScroll: true }),
      (what, error) => this.#refused(what, error),
    );
    this.list.addEventListener("click", (event) => {
      const row = event.target.closest("[role=option]");
      if (row) this.show(row.dataset.key);
    });
    if (data.signatures?.length) this.closed(data.signatures.at(-1), data.item.state);
    this.show((this.cases.find((c) => !c.ruling) ?? this.cases[0])?.key);
  }

  #acts() {
    const open = (c) => !c.ruling;
    return {
      next: () => this.#step(1),
      previous: () => this.#step(-1),
      nextOpen: () => this.#step(1, open),
      previousOpen: () => this.#step(-1, open),
      choose: (key) => this.#take(Number(key) - 1),
      none: () => this.decide({ choice: "none" }),
      own: () => this.#own(),
      why: () => this.bar.chooseReason(),
      edit: () => this.confirm(),
      undo: () => this.#undo(),
      finish: () => (this.data.may.close ? close(this) : undefined),
      more: () => this.context.toggleAgreed(),
      ask: () => this.#ask(),
      guideline: () => toggleGuideline(this.root),
      help: () => showKeys(this.keymap),
      go: () => go(this.root, this.keymap, announce),
      back: () => {
        this.pending = null;
        this.#render();
        this.surface.focus({ preventScroll: true });
      },
    };
  }

  get current() {
    return this.cases.find((c) => c.key === this.at) ?? null;
  }

  #step(step, wanted = () => true) {
    const from = this.cases.indexOf(this.current);
    for (let i = 1; i <= this.cases.length; i++) {
      const next = this.cases[(from + step * i + this.cases.length * i) % this.cases.length];
      if (wanted(next)) return this.show(next.key);
    }
    return announce("Every case is decided; Ctrl+Enter signs");
  }

  show(key) {
    this.at = key;
    this.pending = null;
    this.#render();
    if (this.current) announce(`${this.titleOf(this.current)}; ${this.current.ruling ? "decided" : "to decide"}`);
  }

  #columns() {
    return columnsOf(this.current.versions, this.forms, (at) => this.wordsOf(at));
  }

  #take(column) {
    const chosen = this.current && this.#columns()[column];
    if (chosen) this.decide({ choice: "take", version: chosen.versions[0] });
  }

  async #own() {
    if (!this.current || !this.data.may.rule) return;
    const labels = [...this.labels].map(([key, label]) => [key, label.title]);
    const elements = await ownVersion(this, this.current.versions, this.letters, labels);
    if (elements) this.decide(Object.keys(elements).length ? { choice: "own", elements } : { choice: "none" });
  }

  /**
   * Records a decision; a case of weight waits for its reason and a second key, any case for the section the
   * guideline asks for.
   */
  decide(decision) {
    if (!this.data.may.rule || !this.current) return undefined;
    this.secondKey = false;
    if (this.data.critical_needs_second_key && this.current.second_key) return this.#wait(decision);
    if (this.bar.lacksSection()) {
      this.pending = decision;
      this.#render();
      return this.bar.askForSection();
    }
    return this.#send(decision, false);
  }

  #wait(decision) {
    this.pending = decision;
    this.secondKey = true;
    this.#render();
    return announce("Significant or critical: check the reason (y), then Enter confirms");
  }

  confirm() {
    if (!this.pending) return undefined;
    if (this.bar.lacksSection()) return this.bar.askForSection();
    return this.#send(this.pending, this.secondKey);
  }

  async #send(decision, confirmed) {
    const c = this.current;
    const before = c.ruling;
    const ruling = { version: null, elements: {}, ...decision, ...this.bar.reason(), confirmed };
    this.pending = null;
    try {
      ruling.elements = (await put(`${this.url}/rulings/${c.key}`, ruling)).elements ?? ruling.elements;
    } catch (error) {
      // An own version may bring the weight.
      if (error.code === "second-key" && !confirmed) return void this.#wait(decision);
      await this.#refused("Recording", error);
      return;
    }
    c.ruling = ruling;
    this.undone.push({ key: c.key, before });
    this.#step(1, (other) => !other.ruling);
    this.#render();
  }

  async #refused(what, error) {
    if (mustAccept(this.root, error)) return;
    const lines = error.problems.length ? error.problems.map((p) => p.message) : [error.message];
    await ask(
      `${what} did not work`,
      [
        h(
          "ul",
          null,
          lines.map((line) => h("li", null, line)),
        ),
      ],
      [{ text: "Close", value: null, primary: true }],
    );
  }

  async #undo() {
    const last = this.data.may.rule ? this.undone.pop() : null;
    if (!last) return announce("Nothing to undo");
    const c = this.cases.find((one) => one.key === last.key);
    try {
      if (last.before) await put(`${this.url}/rulings/${c.key}`, last.before);
      else await remove(`${this.url}/rulings/${c.key}`);
    } catch (error) {
      this.undone.push(last);
      return this.#refused("Undoing", error);
    }
    c.ruling = last.before;
    this.show(c.key);
    return announce("Undone");
  }

  async #ask() {
    const { assignment } = this.root.dataset;
    if (!assignment) return;
    const answer = await form(
      "Ask the owner of the guideline",
      [textField("text", "Question", { hint: "Do not copy names or other identifiers." })],
      "Ask",
    );
    if (answer?.text.trim()) {
      await post(`/api/v1/assignments/${assignment}/questions`, {
        text: answer.text.trim(),
        element_id: "",
        blocking: false,
      });
      announce("The question was sent");
    }
  }

  /** Names for one version's elements, for the columns. */
  wordsOf(at) {
    const version = this.current.versions[at];
    const text = (pieces) => pieces.map(([s, e]) => this.table.slice(s, e)).join(" … ");
    const relation = (key) => this.data.schema.relations?.find((r) => r.key === key);
    const label = (key) => (this.labels.get(key) ?? relation(key))?.title ?? key;
    return { forms: this.forms, text, label, element: (id) => this.#named(version[id], text, version) };
  }

  /** The text it stands at, else what it speaks of. */
  #named(body, text, version) {
    if (!body) return "(not in this case)";
    if (this.forms.place(body)) return text(this.forms.place(body));
    const list = this.forms.references(body).find(({ many, holds }) => many && holds);
    return (body[list?.name] ?? []).map((id) => this.#named(version[id], text, version)).join("; ") || body.kind;
  }

  titleOf(c) {
    const text = c.place
      ? this.table.slice(c.place[0], Math.min(c.place[1], c.place[0] + 60))
      : c.labels.map((l) => this.labels.get(l)?.title ?? l).join(", ") || "whole document";
    return `${c.kinds.join(" + ")}, ${text}`;
  }

  #render() {
    const open = this.cases.filter((c) => !c.ruling).length;
    this.root.querySelector("#counts").textContent =
      `${this.data.agreed} agree (folded) · ${open} to decide · ${this.cases.length - open} decided`;
    this.root.querySelector("#progress-words").textContent = open ? `${plural(open, "case")} to decide` : "all decided";
    this.root.querySelector("#progress").value = this.cases.length ? 1 - open / this.cases.length : 1;
    redraw(
      this.list,
      this.cases.length
        ? this.cases.map((c, at) => this.#row(c, at))
        : [h("div", { role: "option", "aria-disabled": "true", class: "case" }, "The readers agree everywhere.")],
    );
    if (!this.current) return;
    this.list.setAttribute("aria-activedescendant", `case-${this.current.key}`);
    this.list.querySelector("[aria-selected=true]")?.scrollIntoView({ block: "nearest" });
    redraw(
      this.root.querySelector("#versions"),
      this.#columns().map((column, at) => this.#column(column, at)),
    );
    this.bar.render();
    this.context.render();
  }

  #row(c, at) {
    const place = c.place ? `line ${this.table.lineOf(c.place[0])}` : "document";
    const { ruling } = c;
    const took =
      ruling &&
      (ruling.choice === "take"
        ? `took ${this.letters[ruling.version]}`
        : { own: "own version", none: "nobody is right" }[ruling.choice]);
    return h(
      "div",
      {
        role: "option",
        id: `case-${c.key}`,
        "data-key": c.key,
        class: ruling ? "case done" : "case",
        "aria-selected": String(c === this.current),
        "aria-posinset": at + 1,
        "aria-setsize": this.cases.length,
      },
      h(
        "p",
        null,
        h("span", { class: "kind" }, c.kinds.join(" + ").toUpperCase()),
        ` · ${place}`,
        c.escalated ? h("span", { class: "escalated" }, " · escalated") : null,
      ),
      h("p", null, this.titleOf(c).split(", ").slice(1).join(", ")),
      took ? h("p", null, `✓ ${took}`) : null,
    );
  }

  #column({ versions, rows }, at) {
    const c = this.current;
    const taken = c.ruling?.choice === "take" && versions.includes(c.ruling.version);
    const names = versions
      .map((v) => [this.letters[v], this.data.versions[v].name].filter(Boolean).join(" · "))
      .join(", ");
    const parts = rows.filter(Boolean).map(({ fields }) =>
      h(
        "dl",
        { class: "element" },
        fields.flatMap(({ name, words, differs }) => [
          h("dt", null, name),
          h("dd", null, differs ? h("span", { class: "differs" }, words) : words),
        ]),
      ),
    );
    return h(
      "article",
      { class: taken ? "version taken" : "version", "aria-label": `Version ${names}` },
      h(
        "div",
        { class: "row spread" },
        h("h2", null, names, taken ? " ✓" : ""),
        button(`Take ${versions.map((v) => this.letters[v]).join(" ")}`, () => this.#take(at), {
          key: this.keymap.off ? undefined : String(at + 1),
          disabled: !this.data.may.rule,
          keep: `take-${at}`,
        }),
      ),
      parts.length ? parts : h("p", { class: "empty" }, "nothing here"),
    );
  }

  /** `state` is where the signature left the item. */
  closed({ name, at, meaning, sha256, ends_workflow: ended }, state) {
    Object.assign(this.data.may, { rule: false, close: false });
    this.root.querySelector('[data-do="finish"]').disabled = true;
    const next = {
      escalated: "It changes a label of weight: a senior reviewer decides next. ",
      verification: "Somebody else verifies it next. ",
    };
    this.root
      .querySelector("#strip")
      .replaceChildren(
        h(
          "div",
          { class: "signature", role: "status" },
          h("b", null, `Signed by ${name}`),
          ` · ${new Date(at).toLocaleString()} · ${meaning} · SHA-256 ${sha256} · ${ended ? "" : (next[state] ?? "")}`,
          h("a", { href: this.root.dataset.home || "/" }, "Back to the work list"),
        ),
      );
    announce("Signed");
    this.#render();
  }
}

export async function start(root) {
  const page = new Page(root, await get(`/api/v1/items/${root.dataset.item}/adjudication`));
  page.surface.focus({ preventScroll: true });
  return page;
}

// The code list of the encounter: codes in sequence, principal, present on admission, evidence.
import { get } from "../../../../js/lib/api.js";
import { button, h, redraw, select } from "../../../../js/lib/dom.js";
import { CodeSearch } from "../../../../js/controllers/code-search.js";
import * as commands from "../commands.js";
import { PRESENT_ON_ADMISSION } from "../vocabulary.js";

export class CodeListPanel {
  constructor(root, space) {
    Object.assign(this, { root, space, chosen: null });
    this.search = new CodeSearch({
      label: "Add a code to the list",
      search: (query, signal) => space.terms.search(query, null, signal),
      pick: (hit, release) => (hit.then ? this.addPair(hit, release) : this.#add(space.terms.code(hit, release))),
      leave: () => space.surface.focus(),
    });
  }

  /** Drug and effect: both codes, in the order the guidelines ask for. */
  addPair(hit, release) {
    for (const code of [hit.code, hit.then]) this.#add(this.space.terms.code({ code }, release));
    this.space.say(`${hit.code}, then ${hit.then}, on the code list`);
  }

  #add(code) {
    const { store } = this.space;
    const evidence = store.focus && store.focused.kind === "entity" ? [store.focus] : [];
    store.run(commands.addCode(store.elements, code, evidence));
  }

  render() {
    const { store } = this.space;
    const listed = commands.codeList(store.elements);
    const rows = listed.map((entry, at) => this.#row(entry, at, listed.length));
    const words = store.focused
      ? `Evidence for a new code: ${this.space.textOf(store.focused)}`
      : "No entity in focus: the code starts without evidence.";
    redraw(
      this.root,
      h("h2", null, "Code list of the encounter"),
      rows.length ? h("ol", { class: "plain code-list" }, rows) : h("p", { class: "mut" }, "Empty."),
      store.readOnly ? null : this.#proposed(listed),
      store.readOnly ? null : [h("p", { class: "mut small" }, words), this.search.element],
      this.space.findings.element,
    );
  }

  /** The set the server proposes for the encounter: what the list has already is left out. */
  #proposed(listed) {
    const { set } = this;
    const words = set ? "Propose anew" : "Propose from the notes of the encounter";
    const ask = h("div", { class: "row" }, button(words, () => this.#ask(), { keep: "propose" }));
    if (!set) return ask;
    const has = (code) => listed.some(([, body]) => body.code === code && body.system === set.system);
    const missing = set.codes.filter(({ code }) => !has(code));
    return h(
      "section",
      { class: "proposed-set" },
      h("h3", null, "Proposed"),
      missing.length ? null : h("p", { class: "mut" }, "Nothing that is not on the list."),
      h("ul", { class: "plain" }, missing.map((code) => this.#proposal(code))),
      ask,
    );
  }

  #proposal(found) {
    const { set } = this;
    const { store } = this.space;
    const code = { system: set.system, release: set.release, code: found.code };
    const facts = [
      found.why,
      found.poa && `present on admission ${found.poa}: ${found.poa_why}`,
      found.note_count > 1 && `in ${found.note_count} notes`,
    ];
    const add = () => store.run(commands.addCode(store.elements, code, found.evidence, { poa: found.poa }));
    return h(
      "li",
      null,
      h(
        "div",
        { class: "row spread" },
        h("span", null, found.rank === 1 ? "★ " : "", h("b", null, found.code), " ", found.term),
        button("Add", add, { keep: `add-${found.code}`, label: `Add ${found.code}` }),
      ),
      h("p", { class: "mut small" }, facts.filter(Boolean).join(" · ")),
    );
  }

  async #ask() {
    await this.space.autosave.flush();
    this.set = await get(`${this.space.url}/code-set`);
    this.render();
  }

  #row([id, body], at, count) {
    const { store, act } = this.space;
    const edit = (part) => store.run(commands.put(id, { ...body, status: "confirmed", ...part }, "code list"));
    const name = body.code;
    const principal = h("input", { type: "radio", name: "principal", checked: body.principal, disabled: store.readOnly,
      onchange: () => store.run(commands.makePrincipal(store.elements, id)), dataset: { keep: `pri-${id}` } });
    return h(
      "li",
      { class: body.status ?? "" },
      h(
        "div",
        null,
        h("span", { class: "num" }, `${at + 1}. `),
        h("b", null, body.code),
        " ",
        this.space.terms.of(body),
      ),
      h(
        "div",
        { class: "row tight" },
        h("label", { class: "check" }, principal, h("span", null, "principal")),
        select(
          "POA",
          [["", "–"], ...PRESENT_ON_ADMISSION.map((v) => [v, v])],
          body.poa ?? "",
          (poa) => edit({ poa: poa || null }),
          { keep: `poa-${id}`, disabled: store.readOnly },
        ),
        body.status === "suggested" ? button("Accept", () => edit({}), { primary: true, keep: `ok-${id}` }) : null,
        button("↑", () => store.run(commands.moveCode(store.elements, id, -1)), {
          label: `Move ${name} up`,
          disabled: at === 0,
          keep: `up-${id}`,
        }),
        button("↓", () => store.run(commands.moveCode(store.elements, id, 1)), {
          label: `Move ${name} down`,
          disabled: at === count - 1,
          keep: `down-${id}`,
        }),
        button("×", () => store.run(commands.dropFromList(store.elements, id)), {
          label: `Remove ${name} from the list`,
          keep: `rm-${id}`,
        }),
      ),
      h(
        "ul",
        { class: "plain small evidence row" },
        (body.evidence ?? []).map((other) => this.#evidence(id, body, other)),
        store.focused?.kind === "entity" && !body.evidence?.includes(store.focus) && !store.readOnly
          ? h(
              "li",
              null,
              button(`+ ${this.space.textOf(store.focused)}`, () => act.addEvidence(id), {
                label: `Add as evidence: ${this.space.textOf(store.focused)}`,
                keep: `ev-${id}`,
              }),
            )
          : null,
      ),
    );
  }

  #evidence(id, body, other) {
    const { store } = this.space;
    const found = store.elements.get(other);
    const less = { ...body, evidence: body.evidence.filter((key) => key !== other) };
    return h(
      "li",
      null,
      found
        ? button(`${this.space.textOf(found)} · line ${this.space.lineOf(other)}`, () => this.space.jumpTo(other), {})
        : "missing",
      button("×", () => store.run(commands.put(id, less, "evidence")), { label: "Remove this evidence" }),
    );
  }
}

// Why a case was decided so: a reason from the fixed list, the guideline section, and the other ways to decide.
import { announce } from "../lib/announce.js";
import { button, h, option, redraw } from "../lib/dom.js";

export class RulingBar {
  constructor(root, page) {
    Object.assign(this, { root, page });
    const { reasons, sections } = page.data;
    this.reasons = reasons.map((r) => (typeof r === "string" ? { key: r, title: r.replaceAll("-", " ") } : r));
    this.chosen = h(
      "select",
      { dataset: { keep: "reason" } },
      this.reasons.map((r, i) => option(r.key, `${i + 1} ${r.title}`, this.reasons[0].key)),
    );
    const confirm = (event) => {
      if (event.key !== "Enter" || !page.pending || !this.section.value) return;
      event.preventDefault(); // here it would open the list again
      event.stopPropagation();
      page.confirm();
      page.surface.focus({ preventScroll: true });
    };
    this.section = h(
      "select",
      { dataset: { keep: "section" }, onkeydown: confirm },
      option("", "–", ""),
      (sections ?? []).map((s) => option(s.number, `${s.number} ${s.title}`, "")),
    );
  }

  /** Whether this guideline wants the section a ruling follows, and none is chosen yet. */
  lacksSection() {
    return Boolean(this.page.data.citation_required) && !this.section.value;
  }

  askForSection() {
    announce("Choose the guideline section this follows, then Enter; it stays for the next case");
    this.section.focus();
  }

  /** The last reason stays selected for the next case. */
  reason() {
    return { reason: this.chosen.value, citation: this.section.value };
  }

  /** After the key for "why", a digit picks the reason; s then goes to the section. */
  chooseReason() {
    announce(`Reason: ${this.reasons.map((r, i) => `${i + 1} ${r.title}`).join(", ")}; Enter opens the list`);
    const leave = this.page.keymap.push((key) => {
      leave();
      const found = this.reasons[Number(key) - 1];
      if (found) {
        this.chosen.value = found.key;
        announce(`Reason: ${found.title}`);
      } else if (key === "Enter") this.chosen.focus();
      return true;
    });
  }

  render() {
    const { page } = this;
    const off = !page.data.may.rule;
    const key = (id) => page.keymap.show(id);
    const { pending } = page;
    redraw(
      this.root,
      button("Own version", page.keymap.handlers.own, { key: key("own"), disabled: off, keep: "own" }),
      button("Nobody is right", page.keymap.handlers.none, { key: key("none"), disabled: off, keep: "none" }),
      h(
        "label",
        { class: "field inline" },
        h("span", null, "Reason ", h("kbd", { "aria-hidden": true }, key("why") ?? "")),
        this.chosen,
      ),
      h(
        "label",
        { class: "field inline" },
        h("span", null, page.data.citation_required ? "Guideline section (needed)" : "Guideline section"),
        this.section,
      ),
      page.undone.length && !off ? button("Undo", page.keymap.handlers.undo, { key: key("undo"), keep: "undo" }) : null,
      pending
        ? h(
            "p",
            { class: "strip warn" },
            `${this.#weight()}${this.#words(pending)}${this.lacksSection() ? ", once its section is chosen" : ""}. `,
            button("Confirm", () => page.confirm(), { key: "Enter", primary: true, keep: "confirm" }),
          )
        : null,
    );
  }

  #weight() {
    const { page } = this;
    if (!page.secondKey) return "";
    return page.current?.critical ? "Critical: " : "Significant or critical: ";
  }

  #words({ choice, version }) {
    return choice === "take"
      ? `take ${this.page.letters[version]}`
      : choice === "own"
        ? "own version"
        : "nobody is right";
  }
}

// What the coding rules say of the code list: asked after each change, told in words and shapes. Never blocks.
import { post } from "../../../js/lib/api.js";
import { h, plural, redraw } from "../../../js/lib/dom.js";

const PAUSE = 500; // ms after the last change of the list
const SEVERITIES = {
  error: ["■", "Error"], warning: ["▲", "Warning"], hint: ["●", "Hint"], not_assessed: ["○", "Not assessed"],
};
const GRAVE = new Set(["error", "warning"]);

export class CodeFindings {
  constructor(space) {
    Object.assign(this, { space, asked: "", turn: 0, findings: [] });
    this.list = h("ul", { class: "plain findings" });
    this.note = h("p", { class: "mut small", role: "status" });
    this.element = h(
      "section",
      { "aria-label": "Coding rules", hidden: true },
      h("h3", { class: "small" }, "Coding rules"),
      this.note,
      this.list,
    );
    space.store.subscribe(({ ids }) => ids.size && this.#changed());
    this.#changed();
  }

  /** What the answer depends on: the list, and what its evidence says. */
  #signature() {
    const { elements } = this.space.store;
    const listed = elements.ofKind("code_assignment");
    return listed.length
      ? JSON.stringify(listed.map(([id, body]) => [id, body, (body.evidence ?? []).map((key) => elements.get(key))]))
      : "";
  }

  #changed() {
    const now = this.#signature();
    if (now === this.asked) return;
    this.asked = now;
    clearTimeout(this.timer);
    if (!now) return void this.#show([], "");
    this.element.setAttribute("aria-busy", "true");
    this.timer = setTimeout(() => this.#ask(), PAUSE);
  }

  /** The server reads the draft, so what is on the screen is saved first. */
  async #ask() {
    const turn = ++this.turn;
    clearTimeout(this.timer);
    if (this.space.life.signal.aborted) return; // the next note is shown
    try {
      await this.space.autosave.flush();
      const { findings } = await post(`${this.space.url}/code-checks`, {});
      if (turn === this.turn) this.#show(findings, summary(findings));
    } catch (error) {
      if (turn !== this.turn) return;
      this.asked = null; // the next change asks again
      this.#show([], `Not checked: ${error.message}`);
    }
  }

  #show(findings, words) {
    this.findings = findings;
    this.element.removeAttribute("aria-busy");
    this.element.hidden = !words;
    if (this.note.textContent !== words) this.note.textContent = words;
    redraw(this.list, findings.map(row));
  }

  /** Errors and warnings, asked anew before finishing: [{message, go}]. */
  async advice() {
    if (!this.asked && !this.#signature()) return [];
    await this.#ask();
    return this.findings.filter(({ severity }) => GRAVE.has(severity)).map((finding) => ({
      message: `${SEVERITIES[finding.severity][1]}: ${finding.codes.join(", ")}: ${finding.message}`,
      go: () => this.space.show("codes", true),
    }));
  }
}

const row = ({ severity, codes, message, source }) => {
  const [shape, word] = SEVERITIES[severity] ?? SEVERITIES.hint;
  return h(
    "li",
    { class: `finding ${severity}` },
    h(
      "p",
      null,
      h("span", { class: "shape", "aria-hidden": true }, shape),
      h("b", null, `${word}: `),
      codes.length ? `${codes.join(", ")}: ` : "",
      message,
    ),
    h("p", { class: "mut small" }, source),
  );
};

function summary(findings) {
  if (!findings.length) return "Nothing to say.";
  const counts = Object.entries(SEVERITIES).map(([key, [, word]]) => [
    findings.filter((f) => f.severity === key).length,
    word.toLowerCase(),
  ]);
  return counts
    .filter(([n]) => n)
    .map(([n, word]) => (word === "not assessed" ? `${n} not assessed` : plural(n, word)))
    .join(", ");
}

// What every workbench shares: loading, saving, questions, finishing, guideline, other notes. Draws no elements itself.
import { Autosave } from "../controllers/autosave.js";
import { ActiveTime } from "../controllers/active-time.js";
import { ask } from "../controllers/dialogs.js";
import { showKeys } from "../controllers/key-help.js";
import { toggleGuideline, wireAcceptance } from "../controllers/guideline.js";
import { go, wireButtons } from "../controllers/page-keys.js";
import { SingleTab } from "../controllers/single-tab.js";
import { Forms } from "../annotator/forms.js";
import { Store } from "../annotator/state.js";
import { newId, put } from "../annotator/payload.js";
import { announce } from "../lib/announce.js";
import { get, post } from "../lib/api.js";
import { button, h } from "../lib/dom.js";
import { clearHighlights } from "../lib/highlight.js";
import { LineTable } from "../lib/offsets.js";
import { Ahead } from "./ahead.js";
import { Confirming } from "./confirming.js";
import { askQuestion, reportIdentifier, reportRemoval } from "./questions.js";
import { finish } from "./finishing.js";
import { OtherNotes } from "./other-notes.js";
import { Renewed } from "./renewed.js";

export class Workspace {
  /** `root` carries data-assignment, data-home, data-sign-in; `surface` is where focus works. */
  constructor(root, data) {
    this.root = root;
    this.blank = root.cloneNode(true); // for the next note
    this.life = new AbortController(); // ends what this workbench waits for outside its own elements
    this.data = data;
    this.surface = root.querySelector("[data-surface]");
    this.url = `/api/v1/assignments/${data.assignment.id}`;
    this.table = new LineTable(data.document.text);
    this.schema = data.schema;
    this.forms = new Forms(data.forms);
    this.store = new Store(data.elements, this.forms);
    this.strip = root.querySelector("#strip");
    new ActiveTime(root.querySelector("#active-time"), this.life.signal);
    this.ahead = new Ahead(this);
    this.otherNotes = new OtherNotes(this);
    this.#saving();
    if (data.confirmations?.singly)
      this.confirming = new Confirming(this, root.querySelector("#confirm-strip"), data.confirmations.confirmed);
    if (data.renewed) this.renewed = new Renewed(this, data.renewed);
    this.#buttons();
  }

  /** What came with the page, or ahead of it, once; afterwards the task as it stands. */
  static async load(root) {
    const { task } = root;
    root.task = null;
    if (task) return task;
    const sent = root.querySelector("script[data-task]");
    if (sent) {
      sent.remove();
      return JSON.parse(sent.textContent);
    }
    return get(`/api/v1/assignments/${root.dataset.assignment}`);
  }

  /** Another note comes in the place of this one. */
  end() {
    this.life.abort();
    clearHighlights();
  }

  say(words) {
    announce(words);
  }

  part(name) {
    return this.root.querySelector(`[data-part="${name}"]`);
  }

  #saving() {
    const { data, store } = this;
    const state = this.root.querySelector("#save-state");
    this.autosave = new Autosave({
      url: `${this.url}/draft`,
      key: `${this.root.dataset.reader ?? ""}:${data.assignment.id}`,
      version: data.version,
      elements: data.elements,
      quotes: (body) => this.quotes(body),
      onstate: (words, kind) => {
        state.textContent = words;
        state.dataset.kind = kind;
        this.#showRefused();
        this.onsaved?.();
      },
      onremote: (changes) => store.replace(changes),
      conflict: (clash) => this.#conflict(clash),
      keepBoth: (id, mine) => this.#keepBoth(id, mine),
      onstop: (error) => this.#stopped(error),
      onrefused: (refused) => this.refusedWords(refused),
      signal: this.life.signal,
    });
    store.subscribe(({ actions }) => actions && this.autosave.add(actions));
    store.setReadOnly(!data.may.edit);
    if (!data.may.edit) return this.#closed();
    this.tab = new SingleTab(data.assignment.id, this.root.querySelector("#tab-strip"), {
      flush: () => this.autosave.flush(),
      setReadOnly: (on) => store.setReadOnly(on),
      reload: async () => {
        const now = await Workspace.load(this.root);
        await this.autosave.rebase(now.version, now.elements);
      },
      signal: this.life.signal,
    });
    return undefined;
  }

  /** Brings back what was not sent when the page was left; call once the view can draw. */
  async restore() {
    if (!this.data.may.edit) return;
    const left = await this.autosave.restore();
    if (!left.length) return;
    this.store.replace(left);
    this.say(`${left.length} changes from last time were kept and are being saved`);
  }

  /** The texts under the offsets of a body; the server checks them against its own. */
  quotes(body) {
    const pairs = this.forms.pieces(body);
    return pairs ? pairs.map(([start, end]) => this.table.slice(start, end)) : null;
  }

  textOf(body) {
    return (this.quotes(body) ?? []).join(" … ");
  }

  #closed() {
    const { data } = this;
    if (data.continues) return this.#superseded(data.continues);
    const recall = data.may.recall ? button("Recall", () => this.recall(), {}) : null;
    this.strip.append(
      h(
        "p",
        { class: "strip", role: "status" },
        `This is your finished work (${data.assignment.state}), read only. `,
        recall,
      ),
    );
    return undefined;
  }

  #superseded(id) {
    this.strip.append(
      h(
        "p",
        { class: "strip warn", role: "status" },
        "This text was corrected. What you did here is kept as it was; ",
        h("a", { href: `/assignments/${id}` }, "go on in its new version"),
        ".",
      ),
    );
  }

  async recall() {
    await post(`${this.url}/recall`, {}).then(
      () => location.reload(),
      (error) => this.fail("Recall", error),
    );
  }

  async fail(what, error) {
    await ask(`${what} did not work`, [h("p", null, error.message)], [{ text: "Close", value: null, primary: true }]);
  }

  async #conflict({ mine, theirs }) {
    const words = (body) =>
      body === null
        ? "deleted"
        : [this.forms.key(body) ?? body.kind, body.status, this.textOf(body)].filter(Boolean).join(" · ");
    const answer = await ask(
      "Changed in two places",
      [
        h("p", null, "The same element was changed elsewhere since this page was loaded."),
        h(
          "dl",
          { class: "pairs" },
          h("dt", null, "Mine"),
          h("dd", null, words(mine)),
          h("dt", null, "Theirs"),
          h("dd", null, words(theirs)),
        ),
      ],
      [
        { text: "Keep both as a question", value: "both" },
        { text: "Take theirs", value: "theirs" },
        { text: "Keep mine", value: "mine", primary: true },
      ],
    );
    return answer ?? "mine";
  }

  #keepBoth(id, mine) {
    if (mine === null) return;
    const copy = newId("e");
    this.store.run(put(copy, mine, "keep both"));
    post(`${this.url}/questions`, {
      text: "Two versions of this were made at the same time: which one holds?",
      element_id: copy,
      blocking: false,
    }).catch((error) => this.fail("The question", error));
  }

  async #stopped(error) {
    if (error.status === 401) return this.#signedOut();
    const lines = error.problems.length ? error.problems.map((p) => p.message) : [error.message];
    const answer = await ask(
      "Not saved",
      [
        h("p", null, "The server refused the last changes. They are kept on this page."),
        h(
          "ul",
          null,
          lines.map((line) => h("li", null, line)),
        ),
      ],
      [
        { text: "Take these changes back", value: "back" },
        { text: "Try again", value: "again", primary: true },
      ],
    );
    const places = error.problems.map((p) => p.where).filter((where) => this.store.elements.has(where));
    if (answer === "back") await this.autosave.takeBack(places);
    if (answer === "again") await this.autosave.retry();
    return undefined;
  }

  /** What the server will not have: said, and shown where it is. Everything else goes on being saved. */
  refusedWords(refused) {
    this.say(`Not saved, everything else is: ${refused.map(([, message]) => message).join("; ")}`);
    this.jumpTo(refused[0][0]);
  }

  /**
   * What is not saved stays in sight until it is changed or taken back;
   * words of a comment are shown at the comment.
   */
  #showRefused() {
    const refused = [...(this.autosave?.refused ?? [])].filter(([, { body }]) => body && body.kind !== "comment");
    const about = (body) => [this.forms.key(body) ?? body.kind, this.textOf(body).trim()].filter(Boolean).join(" · ");
    this.refusals ??= this.strip.appendChild(h("div"));
    this.refusals.replaceChildren(
      ...refused.map(([id, { body, message }]) =>
        h(
          "p",
          { class: "strip warn", role: "status" },
          `Not saved: ${about(body)}: ${message}. `,
          button("Go there", () => this.jumpTo(id)),
          " ",
          button("Take it back", () => this.autosave.takeBack([id])),
        ),
      ),
    );
  }

  async #signedOut() {
    const link = h(
      "a",
      { href: this.root.dataset.signIn ?? "/sign-in", target: "_blank", rel: "noopener" },
      "Sign in (new tab)",
    );
    const answer = await ask(
      "You are signed out",
      [
        h("p", null, `Nothing is lost: ${this.autosave.unsaved} unsaved changes are kept on this page.`),
        h("p", null, link, ", then come back and save."),
      ],
      [
        { text: "Later", value: null },
        { text: "I have signed in: save now", value: "again", primary: true },
      ],
    );
    if (answer === "again") await this.autosave.retry();
  }

  #buttons() {
    wireButtons(this.root, this.shared());
    wireAcceptance(
      this.root,
      () => this.surface.focus(),
      (what, error) => this.fail(what, error),
    );
  }

  /** Commands that are the same on every workbench, by name of the key table. */
  shared() {
    return {
      undo: () => this.#step("undo"),
      redo: () => this.#step("redo"),
      ask: () => askQuestion(this),
      report: () => reportIdentifier(this),
      removed: () => reportRemoval(this),
      recall: () => this.recall(),
      rest: () => this.rest?.(),
      finish: () => finish(this),
      confirm: () => this.confirming?.step(),
      guideline: () => this.toggleGuideline(),
      otherNotes: () => this.otherNotes.toggle(),
      help: () => showKeys(this.keymap),
      go: () => go(this.root, this.keymap, (words) => this.say(words)),
      back: () => this.back(),
    };
  }

  /** The places a report is about: the selection, or where the current element stands; null: nothing is chosen. */
  placesToReport() {
    const { selection, focused } = this.store;
    if (selection) return [[selection.start, selection.end]];
    return focused ? (this.forms?.place(focused) ?? null) : null;
  }

  back() {
    this.store.select(null);
    document.getSelection()?.removeAllRanges();
    this.surface.focus({ preventScroll: true });
  }

  #step(direction) {
    const title = this.store[direction]();
    this.say(title ? `${direction}: ${title}` : `nothing to ${direction}`);
  }

  toggleGuideline(section) {
    toggleGuideline(this.root, section);
  }
}

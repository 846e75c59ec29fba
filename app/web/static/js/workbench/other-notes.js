// Other notes of the same encounter: one key away, read only, beside the note.
import { get } from "../lib/api.js";
import { button, h } from "../lib/dom.js";

export class OtherNotes {
  constructor(space) {
    this.space = space;
    this.pane = space.root.querySelector("#other-notes");
    this.documents = (space.data.encounter?.documents ?? []).filter((d) => d.id !== space.data.document.id);
    for (const control of space.root.querySelectorAll('[data-do="otherNotes"]'))
      control.hidden = !this.documents.length;
  }

  toggle() {
    if (!this.documents.length) return void this.space.say("This encounter has no other note");
    this.pane.hidden = !this.pane.hidden;
    if (this.pane.hidden) return void this.space.surface.focus();
    this.#list();
    this.pane.querySelector("button")?.focus();
    return undefined;
  }

  #list() {
    const rows = this.documents.map((d) => h("li", null, button(d.title, () => this.#show(d), {})));
    this.pane.replaceChildren(
      h(
        "div",
        { class: "row spread" },
        h("h2", null, "Other notes of this encounter"),
        button("Close", () => this.toggle(), { key: "j" }),
      ),
      h("ul", { class: "plain" }, rows),
      h("div", { class: "read", "data-part": "read" }),
    );
  }

  async #show({ id, title }) {
    const place = this.pane.querySelector('[data-part="read"]');
    try {
      const { document: found } = await get(`${this.space.url}/documents/${id}`);
      place.replaceChildren(
        h("h3", null, title),
        h("pre", { tabindex: "0", "aria-label": title, lang: found.language }, found.text),
      );
    } catch (error) {
      place.replaceChildren(h("p", { class: "error" }, error.message));
    }
  }
}

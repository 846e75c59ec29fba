// One comment on the whole document; the empty text takes it away.
import { h, redraw } from "../../lib/dom.js";
import { newId, ofKind } from "../../annotator/payload.js";
import * as commands from "../../annotator/commands.js";

export class CommentPanel {
  constructor(root, space) {
    Object.assign(this, { root, space });
  }

  render() {
    const { store } = this.space;
    const [id, body] = ofKind(store.elements, "comment")[0] ?? [null, null];
    if (this.area?.isConnected && document.activeElement === this.area) return;
    this.area = h("textarea", { rows: 6, value: body?.text ?? "", disabled: store.readOnly, dataset: { keep: "comment" }, onchange: () => this.#save(id) });
    redraw(this.root, h("label", { class: "field" }, h("span", null, "Comment on the whole document"),
      h("small", { class: "mut" }, "Read by reviewers. Do not copy names or other identifiers."), this.area));
  }

  focus() {
    this.area?.focus();
  }

  #save(id) {
    const { store } = this.space;
    const text = this.area.value.trim();
    if (!text && id) store.run(commands.put(id, null, "remove the comment"));
    else if (text) store.run(commands.put(id ?? newId("n"), { kind: "comment", text }, "comment"));
  }
}

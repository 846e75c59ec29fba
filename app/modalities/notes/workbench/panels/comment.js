// One comment on the whole document; the empty text takes it away.
import { h, redraw } from "../../../../js/lib/dom.js";
import { newId, ofKind } from "../../../../js/annotator/payload.js";
import * as commands from "../commands.js";

export class CommentPanel {
  constructor(root, space) {
    Object.assign(this, { root, space });
  }

  render() {
    const { store } = this.space;
    const [id, body] = ofKind(store.elements, "comment")[0] ?? [null, null];
    const refused = this.space.autosave?.refused.get(id)?.message;
    const typing = this.area?.isConnected && document.activeElement === this.area;
    if (typing && this.refused === refused) return;
    const text = typing ? this.area.value : (body?.text ?? "");
    this.refused = refused;
    this.area = h("textarea", {
      rows: 6, value: text, disabled: store.readOnly, dataset: { keep: "comment" }, onchange: () => this.#save(id),
      ...(refused ? { "aria-invalid": "true", "aria-describedby": "comment-refused" } : {}),
    });
    redraw(
      this.root,
      h(
        "label",
        { class: "field" },
        h("span", null, "Comment on the whole document"),
        h("small", { class: "mut" }, "Read by reviewers. Do not copy names or other identifiers."),
        this.area,
      ),
      refused
        ? h(
            "p",
            { class: "wrong", id: "comment-refused" },
            `Not saved: ${refused}. Change these words; everything else is saved.`,
          )
        : null,
    );
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

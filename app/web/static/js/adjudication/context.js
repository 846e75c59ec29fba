// What a case is decided from: the text with what each reader marked, or the record; on demand what all agree on.
import { NoteView } from "../annotator/noteview.js";
import { fieldsOf } from "./readings.js";
import { drawRecord } from "./record.js";

export class CaseContext {
  constructor(root, page) {
    Object.assign(this, { root, page, unfolded: false, drawn: undefined });
    const lang = page.data.document.language ?? "en";
    this.view = new NoteView(root.querySelector("#text"), page.table, { lang });
  }

  /** Draws when another case is at hand; while a case stays, so does what the reader scrolled to. */
  render() {
    if (this.drawn !== this.page.at) this.#draw();
  }

  /** Shows what everybody agrees on, or folds it again. */
  toggleAgreed() {
    this.unfolded = !this.unfolded;
    this.root.classList.toggle("full", this.unfolded);
    this.page.root.querySelector('[data-do="more"]').setAttribute("aria-pressed", String(this.unfolded));
    this.#draw();
  }

  #draw() {
    this.drawn = this.page.at;
    if (this.page.data.present.fields) this.#record();
    else this.#text();
  }

  #record() {
    const { current, data, forms } = this.page;
    const keys = new Set(current.versions.flatMap((version) => Object.values(version).map((body) => forms.key(body))));
    const said = (body) =>
      fieldsOf(body, this.page.wordsOf(0))
        .slice(1)
        .map(([, words]) => words)
        .join(", ");
    const agreed = Object.values(data.agreed_elements)
      .filter((body) => forms.key(body))
      .map((body) => [forms.key(body), said(body)]);
    drawRecord(this.root, data.present.fields, keys, this.unfolded ? Object.fromEntries(agreed) : null);
  }

  /** The whole text, with the spans of this case. */
  #text() {
    const { current, table } = this.page;
    for (const id of [...this.view.spans.keys()]) this.view.setSpan(id, null);
    this.#marked();
    if (this.unfolded) this.#agreed();
    this.view.draw();
    if (!current.place) return;
    const units = current.place.map((point) => table.toUnit(point));
    this.view.reveal(...units);
    this.view.paintUnits("here", [units]);
  }

  /** What readers marked in this case, each span with the letters of who marked it. */
  #marked() {
    const { current, forms, labels } = this.page;
    const spans = new Map();
    current.versions.forEach((version, at) => {
      for (const body of Object.values(version)) {
        const [pieces, label] = [forms.pieces(body), forms.key(body) ?? body.kind];
        if (!pieces) continue;
        const key = `${pieces.flat().join("-")}:${label.replaceAll(/\s/g, "_")}`; // ids of marks hold no spaces
        if (!spans.has(key)) spans.set(key, { pieces, label, letters: [] });
        spans.get(key).letters.push(this.page.letters[at]);
      }
    });
    for (const [key, { pieces, label, letters }] of spans) {
      const found = labels.get(label) ?? { color: 7, tag: label, title: label };
      this.view.setSpan(key, {
        id: key,
        pieces: this.#units(pieces),
        tint: "evidence",
        line: "solid",
        color: found.color,
        tag: `${letters.join(" ")} ${found.tag ?? found.title}`,
        say: `${found.title}, marked by ${letters.join(", ")}`,
      });
    }
  }

  /** What everybody agrees on, where the server tells it. */
  #agreed() {
    const { data, forms, labels } = this.page;
    for (const [id, body] of Object.entries(data.agreed_elements)) {
      const [pieces, label] = [forms.pieces(body), forms.key(body) ?? body.kind];
      if (!pieces) continue;
      const found = labels.get(label) ?? { tag: label, title: label };
      this.view.setSpan(id, {
        id,
        pieces: this.#units(pieces),
        tint: "",
        line: "dotted",
        color: 7,
        tag: found.tag ?? found.title,
        say: `${found.title}, agreed`,
      });
    }
  }

  #units(pieces) {
    return pieces.map(([start, end]) => [this.page.table.toUnit(start), this.page.table.toUnit(end)]);
  }
}

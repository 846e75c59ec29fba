// A record beside its cases: what stands in each field, those of the case at hand marked.
import { h, redraw } from "../lib/dom.js";

const shown = (value) => [value].flat().join("\\");

/**
 * `fields` as the workbench is sent them; `keys` are disputed here;
 * `agreed` {key: what is agreed} is shown where it is given.
 */
export function drawRecord(root, fields, keys, agreed = null) {
  const rows = fields.map((field) => h("tr", { "aria-current": String(keys.has(field.key)) },
    h("th", { scope: "row" }, field.title ?? field.key),
    h("td", { class: "value" }, field.present === false ? "–" : shown(field.value)),
    h("td", null, (field.flags ?? []).map((flag) => h("div", { class: "flag small" }, flag.message))),
    agreed ? h("td", null, agreed[field.key] ?? "") : null));
  const heads = ["Field", "Value", "Doubts", ...(agreed ? ["Agreed"] : [])].map((words) =>
    h("th", { scope: "col" }, words),
  );
  redraw(root, h("div", { class: "record", tabindex: "0", role: "group", "aria-label": "The record" },
    h("table", { class: "fields" }, h("thead", null, h("tr", null, heads)), h("tbody", null, rows))));
  root.querySelector("tr[aria-current=true]")?.scrollIntoView({ block: "center" });
}

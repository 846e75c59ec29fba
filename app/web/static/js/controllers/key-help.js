// The key list: made from the one table; single keys can be switched off and remapped here.
import { button, h, keyCap } from "../lib/dom.js";
import { keyName } from "../lib/keys.js";
import { ask } from "./dialogs.js";

export async function showKeys(keymap) {
  const note = h("p", { class: "mut", role: "status" }, "Keys count while focus is in the text or in a list.");
  const groups = Map.groupBy(keymap.rows, (row) => row.group);
  const tables = [...groups].map(([group, rows]) => h("section", null, h("h3", null, group),
    h("table", { class: "keys" }, h("tbody", null, rows.map((row) => line(keymap, row, note))))));
  const off = h("input", { type: "checkbox", onchange: () => keymap.switchOff(!off.checked) });
  off.checked = !keymap.off;
  const head = h("p", null, h("label", { class: "check" }, off, h("span", null, "Single keys on")));
  const answer = await ask("Keys", [head, note, h("div", { class: "columns" }, tables)], [
    { text: "Back to the defaults", value: "reset" }, { text: "Close", value: null, primary: true },
  ], { wide: true });
  if (answer === "reset") keymap.reset();
}

function line(keymap, row, note) {
  const keys = h("span", { class: "keyset" }, caps(keymap.keysOf(row)));
  const single = row.keys.length <= 2;
  const change = () => {
    note.textContent = `Press the new key for “${row.does}”; Esc keeps the old one.`;
    const listen = (event) => {
      if (["Shift", "Control", "Alt", "Meta"].includes(event.key)) return;
      removeEventListener("keydown", listen, true);
      event.preventDefault();
      event.stopPropagation();
      const key = keyName(event);
      if (!key || key === "Escape") return void (note.textContent = "Nothing changed.");
      const taken = keymap.remap(row.id, key);
      if (!taken) keys.replaceChildren(...caps([key]));
      note.textContent = taken ? `${key} already means “${taken}”.` : `${key} now means “${row.does}”.`;
    };
    addEventListener("keydown", listen, true);
  };
  return h("tr", null, h("th", { scope: "row" }, keys), h("td", null, row.does),
    h("td", null, single ? button("Change", change, { label: `Change the key for: ${row.does}` }) : null));
}

const caps = (keys) =>
  (keys.length > 4 ? [keys[0], "–", keys.at(-1)] : keys).map((key) =>
    key === "–" ? "–" : h("kbd", null, keyCap(key)),
  );

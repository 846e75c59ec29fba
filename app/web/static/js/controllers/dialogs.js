// Native dialogs: a question with buttons, a form, a notice. Esc closes; focus returns where it was.
import { button, h } from "../lib/dom.js";

let count = 0;

/** Shows `content` with `buttons` [{text, value, primary, disabled}]; answers with the value, or null on Esc. */
export function ask(title, content, buttons, { wide = false, onopen } = {}) {
  const before = document.activeElement;
  const heading = `dialog-${++count}`;
  return new Promise((resolve) => {
    const finish = (value) => {
      dialog.close();
      dialog.remove();
      before?.focus?.({ preventScroll: true });
      resolve(value);
    };
    const row = buttons.map((b) => button(b.text, () => finish(b.value), { primary: b.primary, disabled: b.disabled }));
    const dialog = h(
      "dialog", { "aria-labelledby": heading, class: wide ? "wide" : null },
      h("h2", { id: heading }, title), h("div", { class: "dialog-body" }, content), h("div", { class: "row end" }, row),
    );
    dialog.addEventListener("cancel", (event) => {
      event.preventDefault();
      finish(null);
    });
    document.body.append(dialog);
    dialog.showModal();
    onopen?.(dialog, finish);
    if (!dialog.querySelector(".dialog-body")?.contains(document.activeElement)) row.at(-1)?.focus();
  });
}

/** Asks for the values of `fields` (elements with a name); answers {name: value} or null. */
export async function form(title, fields, sendText, check = () => null) {
  const note = h("p", { class: "error", role: "alert", hidden: true });
  const read = () => {
    const named = fields.flatMap((field) => [...field.querySelectorAll("[name]")]);
    return Object.fromEntries(named.map((f) => [f.name, f.type === "checkbox" ? f.checked : f.value]));
  };
  const content = h("form", { novalidate: true }, fields, note);
  for (;;) {
    const answer = await ask(title, [content], [
      { text: "Cancel", value: null },
      { text: sendText, value: "send", primary: true },
    ], {
      onopen(dialog, finish) {
        dialog.querySelector("[name]")?.focus();
        dialog.addEventListener("keydown", (event) => {
          if (event.key !== "Enter" || !(event.ctrlKey || event.target.matches("input"))) return;
          event.preventDefault();
          event.stopPropagation();
          finish("send");
        });
      },
    });
    if (answer !== "send") return null;
    const wrong = check(read());
    if (!wrong) return read();
    note.textContent = wrong;
    note.hidden = false;
  }
}

export const textField = (name, label, { rows = 4, value = "", hint } = {}) =>
  h("label", { class: "field" }, h("span", null, label), hint ? h("small", { class: "mut" }, hint) : null,
    h("textarea", { name, rows, value }));

export const inputField = (name, label, attributes = {}) =>
  h("label", { class: "field" }, h("span", null, label), h("input", { name, ...attributes }));

export const checkField = (name, label) =>
  h("label", { class: "check" }, h("input", { type: "checkbox", name }), h("span", null, label));

/** A list of problems with a way to each place. */
export function problemList(problems, jump) {
  return h("ul", { class: "problems" }, problems.map((problem) =>
    h("li", null, h("span", null, problem.message), problem.go || problem.where
      ? button("Go there", () => jump(problem), {}) : null)));
}

// Choosing a label by typing, when there are more than the digits reach.
import { labelMarks } from "../../../js/annotator/marks.js";
import { ask } from "../../../js/controllers/dialogs.js";
import { button, h } from "../../../js/lib/dom.js";

export async function chooseLabel(schema) {
  let close = null;
  const marks = labelMarks(schema.labels);
  const list = h("ul", { class: "plain" });
  const show = (query) => {
    const wanted = query.toLowerCase();
    const fits = schema.labels.filter((label) =>
      `${label.tag} ${label.title} ${label.key}`.toLowerCase().includes(wanted),
    );
    list.replaceChildren(
      ...fits.map((label) =>
        h(
          "li",
          null,
          button(`${label.tag ?? label.key} ${label.title}`, () => close(label.key), { chip: marks.get(label.key) }),
        ),
      ),
    );
    return fits;
  };
  const input = h("input", {
    type: "text", "aria-label": "Label", autofocus: true, autocomplete: "off", oninput: () => show(input.value),
    onkeydown: (event) => {
      if (event.key !== "Enter") return;
      event.preventDefault();
      const [first] = show(input.value);
      if (first) close(first.key);
    },
  });
  show("");
  return ask("Label", [input, list], [{ text: "Cancel", value: null }], { onopen: (dialog, finish) => {
    close = finish;
    input.focus();
  } });
}

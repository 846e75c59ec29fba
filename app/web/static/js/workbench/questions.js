// Asking about an entity or the item, and reporting an identifier that de-identification left behind.
import { post } from "../lib/api.js";
import { h } from "../lib/dom.js";
import { ask, checkField, form, textField } from "../controllers/dialogs.js";

export async function askQuestion(space) {
  const { store } = space;
  const about = store.focused ? `About: ${space.textOf(store.focused) || store.focused.label || store.focused.kind}` : "About the whole item";
  const answer = await form("Ask a question", [
    h("p", { class: "mut" }, about),
    textField("text", "Question", { hint: "Do not copy names or other identifiers." }),
    checkField("blocking", "I cannot finish before this is answered"),
  ], "Ask", ({ text }) => (text.trim() ? null : "Please write the question."));
  if (!answer) return;
  const question = { text: answer.text.trim(), element_id: store.focused ? store.focus : "", blocking: answer.blocking };
  await space.autosave.flush(); // the answerer sees what is asked about; a blocking question holds the item
  await post(`${space.url}/questions`, question).then(() => sent(space, answer.blocking), (error) => space.fail("The question", error));
}

function sent(space, blocking) {
  space.say("The question was sent");
  if (!blocking) return;
  space.store.setReadOnly(true);
  space.strip.append(h("p", { class: "strip warn", role: "status" }, "Your question holds this item: it can be changed again once it is answered."));
}

export async function reportIdentifier(space) {
  const { store } = space;
  const range = store.selection ?? null;
  const fragments = range ? [[range.start, range.end]] : store.focused?.fragments;
  if (!fragments) {
    await ask("Report an identifier", [h("p", null, "Select the words in the text first.")], [{ text: "Close", value: null, primary: true }]);
    return;
  }
  const sure = await ask("Report an identifier", [
    h("p", null, "The selected words could identify a person. The item is held until a privacy officer has looked at it."),
  ], [{ text: "Cancel", value: null }, { text: "Report", value: "yes", primary: true }]);
  if (!sure) return;
  await space.autosave.flush();
  await post(`/api/v1/items/${space.data.item.id}/phi-reports`, { fragments })
    .then(() => location.assign(space.root.dataset.home || "/"), (error) => space.fail("The report", error)); // nobody may see it now
}

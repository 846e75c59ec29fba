// Asking about an entity or the item, and reporting what de-identification did wrong: left behind, or taken away.
import { post } from "../lib/api.js";
import { h } from "../lib/dom.js";
import { ask, checkField, form, textField } from "../controllers/dialogs.js";
import { goTo } from "../lib/address.js";

export async function askQuestion(space) {
  const { store } = space;
  const about = store.focused
    ? `About: ${space.textOf(store.focused) || space.forms.key(store.focused) || store.focused.kind}`
    : "About the whole item";
  const answer = await form("Ask a question", [
    h("p", { class: "mut" }, about),
    textField("text", "Question", { hint: "Do not copy names or other identifiers." }),
    checkField("blocking", "I cannot finish before this is answered"),
  ], "Ask", ({ text }) => (text.trim() ? null : "Please write the question."));
  if (!answer) return;
  const question = {
    text: answer.text.trim(),
    element_id: store.focused ? store.focus : "",
    blocking: answer.blocking,
  };
  await space.autosave.flush(); // the answerer sees what is asked about; a blocking question holds the item
  await post(`${space.url}/questions`, question).then(
    () => sent(space, answer.blocking),
    (error) => space.fail("The question", error),
  );
}

function sent(space, blocking) {
  space.say("The question was sent");
  if (!blocking) return;
  space.store.setReadOnly(true);
  space.strip.append(
    h(
      "p",
      { class: "strip warn", role: "status" },
      "Your question holds this item: it can be changed again once it is answered.",
    ),
  );
}

const IDENTIFIER = {
  title: "Report an identifier", path: "phi-reports",
  words: "The selected words could identify a person. The item is held until a privacy officer has looked at it.",
};
const REMOVAL = {
  title: "Wrongly removed",
  path: "removal-reports",
  words:
    "Something was removed here that identifies nobody. The item waits until a privacy officer has looked at it; " +
    "what you have done is kept, and goes on in the corrected text.",
};

export const reportIdentifier = (space) => report(space, IDENTIFIER);
export const reportRemoval = (space) => report(space, REMOVAL);

async function report(space, { title, path, words }) {
  const fragments = space.placesToReport();
  if (!fragments?.length) {
    await ask(
      title,
      [h("p", null, "Select the words in the text first.")],
      [{ text: "Close", value: null, primary: true }],
    );
    return;
  }
  const sure = await ask(
    title,
    [h("p", null, words)],
    [
      { text: "Cancel", value: null },
      { text: "Report", value: "yes", primary: true },
    ],
  );
  if (!sure) return;
  await space.autosave.flush();
  await post(`/api/v1/assignments/${space.data.assignment.id}/${path}`, { fragments }).then(
    () => goTo(space.root.dataset.home || "/"),
    (error) => space.fail("The report", error),
  ); // it waits now
}

// The verify step: accept, change or reject the answer, with a reason and a signature.
import { canonicalJson, sha256 } from "../lib/digest.js";
import { post } from "../lib/api.js";
import { h, option } from "../lib/dom.js";
import { onceFor } from "../lib/once.js";
import { ask, form, problemList } from "../controllers/dialogs.js";
import { mustAccept } from "../controllers/guideline.js";
import { goTo } from "../lib/address.js";
import { againFields, missing, signatureFields } from "../controllers/signature.js";

const REASONS = ["guideline", "slip", "ambiguous", "guideline-silent", "terminology-gap"];

/** `wish` is the decision the dialog starts from: where something was changed "change", else "accept". */
export async function verify(space, wish = space.store.done.length > 0 ? "change" : "accept") {
  // what is read here is, word for word, what is recorded
  const { verify: accepting, reject: rejecting } = space.data.signing;
  const statement = h("p", { class: "statement", "aria-live": "polite" });
  const signs = () => (decision.value === "reject" ? rejecting : accepting);
  const say = () => {
    statement.textContent = signs().statement;
  };
  const decision = h(
    "select",
    { name: "decision", onchange: say },
    ["accept", "change", "reject"].map((v) => option(v, v, wish)),
  );
  const reason = h(
    "select",
    { name: "reason" },
    option("", "–", ""),
    REASONS.map((v) => option(v, v.replace("-", " "), "")),
  );
  say();
  const answer = await form(
    "Verify and sign",
    [
      h("label", { class: "field" }, h("span", null, "Decision"), decision),
      h("label", { class: "field" }, h("span", null, "Reason (for a change or rejection)"), reason),
      statement,
      ...(await signatureFields()),
    ],
    "Sign",
    (given) =>
      missing(given) ?? (given.decision !== "accept" && !given.reason ? "Please choose the reason." : null),
  );
  if (!answer) return;
  await space.autosave.flush();
  await send(space, { ...answer, meaning: signs().meaning });
}

async function send(space, answer) {
  const elements = Object.fromEntries(space.store.elements);
  const seen = sha256(canonicalJson({ elements, submissions: space.data.submissions }));
  try {
    const { decision, reason, meaning, confirmed } = answer;
    const headers = onceFor([space.data.assignment.id, decision, reason, meaning, confirmed, seen]);
    const address = `/api/v1/items/${space.data.item.id}/verification`;
    const { next, state } = await post(address, { ...answer, seen }, { headers });
    if (state === "escalated")
      await ask(
        "Signed",
        [h("p", null, "A significant or critical label was changed: a senior reviewer decides next.")],
        [{ text: "Go on", value: null, primary: true }],
      );
    goTo(next ?? space.root.dataset.home ?? "/");
  } catch (error) {
    if (mustAccept(space.root, error)) return undefined;
    const again = error.code === "second-key" && !answer.confirmed && (await secondKey(answer));
    if (again) return send(space, { ...answer, ...again, confirmed: true });
    if (error.code !== "second-key") await refused(space, error);
  }
  return undefined;
}

/** A senior reviewer changes a significant or critical label another settled: asked once more, with a new code. */
const secondKey = async (answer) =>
  form(
    "A significant or critical label is changed",
    [h("p", null, "It was settled by a senior reviewer. Change it all the same?"), ...(await againFields(answer))],
    "Change it",
    (given) => missing({ ...answer, ...given }),
  );

async function refused(space, error) {
  let finish = null;
  const name = (problem) => ({
    ...problem,
    message:
      space.store.elements.has(problem.where) && space.confirming
        ? `Not confirmed: ${space.confirming.nameOf(problem.where)}`
        : problem.message,
  });
  const content =
    error.code === "not-confirmed"
      ? problemList(error.problems.map(name), (problem) => finish(problem.where))
      : h("p", null, error.message);
  const where = await ask("Not signed", [content], [{ text: "Close", value: null, primary: true }], {
    onopen: (dialog, done) => {
      finish = done;
    },
  });
  if (where) space.confirming?.goTo(where);
}

// The verify step: accept, change or reject the answer, with a reason and a signature.
import { canonicalJson, sha256 } from "../lib/digest.js";
import { post } from "../lib/api.js";
import { h, option } from "../lib/dom.js";
import { ask, form, signatureFields } from "../controllers/dialogs.js";
import { mustAccept } from "../controllers/guideline.js";

const REASONS = ["guideline", "slip", "ambiguous", "guideline-silent", "terminology-gap"];

export async function verify(space) {
  const changed = space.store.done.length > 0;
  const decision = h("select", { name: "decision" }, ["accept", "change", "reject"].map((v) => option(v, v, changed ? "change" : "accept")));
  const reason = h("select", { name: "reason" }, option("", "–", ""), REASONS.map((v) => option(v, v.replace("-", " "), "")));
  const answer = await form("Verify and sign", [
    h("label", { class: "field" }, h("span", null, "Decision"), decision), h("label", { class: "field" }, h("span", null, "Reason (for a change or rejection)"), reason),
    h("p", null, "I verified this record and found it correct as it now stands."),
    ...signatureFields(),
  ], "Sign", (given) => (!given.username || !given.password ? "Please give your user name and your password." : given.decision !== "accept" && !given.reason ? "Please choose the reason." : null));
  if (!answer) return;
  await space.autosave.flush();
  const elements = Object.fromEntries(space.store.elements);
  const seen = sha256(canonicalJson({ elements, submissions: space.data.submissions }));
  try {
    const { next } = await post(`/api/v1/items/${space.data.item.id}/verification`, { ...answer, meaning: "verification", seen });
    location.assign(next ?? space.root.dataset.home ?? "/");
  } catch (error) {
    if (mustAccept(space.root, error)) return;
    await ask("Not signed", [h("p", null, error.message)], [{ text: "Close", value: null, primary: true }]);
  }
}

// Closing an item: what is undecided, a summary, and a signature with the password typed again.
import { canonicalJson, sha256 } from "../lib/digest.js";
import { post } from "../lib/api.js";
import { h, plural } from "../lib/dom.js";
import { onceFor } from "../lib/once.js";
import { ask, form, problemList } from "../controllers/dialogs.js";
import { mustAccept } from "../controllers/guideline.js";
import { missing, prepareSignature, signatureFields } from "../controllers/signature.js";

prepareSignature();

export async function close(page) {
  const open = page.cases.filter((c) => !c.ruling);
  if (open.length) return listOpen(page, open);
  const { meaning, statement } = page.data.signing.settle; // what is read here is, word for word, what is recorded
  const answer = await form("Sign and close", [summary(page), h("p", { class: "statement" }, statement),
    ...(await signatureFields())], "Sign", missing);
  if (!answer) return undefined;
  try {
    const before = seen(page);
    const headers = onceFor([page.url, meaning, before]);
    const { signature, state } = await post(`${page.url}/closing`, { ...answer, meaning, seen: before }, { headers });
    page.closed(signature, state);
  } catch (error) {
    if (mustAccept(page.root, error)) return undefined;
    const lines = error.problems.length ? error.problems.map((p) => p.message) : [error.message];
    await ask(
      "Not signed",
      [
        h(
          "ul",
          null,
          lines.map((line) => h("li", null, line)),
        ),
      ],
      [{ text: "Close", value: null, primary: true }],
    );
  }
  return undefined;
}

/** Digest of what the signer has before them: the answers compared and the decisions as this page shows them. */
export function seen({ data, cases }) {
  const rulings = cases.map(({ key, ruling: { choice, version, elements, reason, citation } }) => [
    key,
    { choice, version, elements, reason, citation },
  ]);
  return sha256(canonicalJson({ rulings: Object.fromEntries(rulings), submissions: data.submissions }));
}

async function listOpen(page, open) {
  let finish = null;
  const problems = open.map((c) => ({ message: `Not decided: ${page.titleOf(c)}`, go: c.key }));
  const answer = await ask(`${plural(open.length, "case")} to decide`, [problemList(problems, (p) => finish(p.go))],
    [{ text: "Close", value: null, primary: true }], { onopen: (dialog, done) => { finish = done; } });
  if (answer) page.show(answer);
}

/** How often each version was taken, and why. */
function summary(page) {
  const count = new Map();
  for (const { ruling } of page.cases) {
    const words =
      ruling.choice === "take"
        ? `took ${page.letters[ruling.version]}`
        : { own: "own version", none: "nobody is right" }[ruling.choice];
    count.set(words, (count.get(words) ?? 0) + 1);
  }
  return h(
    "p",
    null,
    `${plural(page.cases.length, "case")}: ${[...count].map(([words, n]) => `${n} × ${words}`).join(", ")}. ` +
      `${page.data.agreed} elements agreed.`,
  );
}

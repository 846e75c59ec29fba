// Finish: says what is open and goes there; sends count and digest of exactly what is on the screen.
import { ask, problemList } from "../controllers/dialogs.js";
import { mustAccept } from "../controllers/guideline.js";
import { canonicalJson, sha256 } from "../lib/digest.js";
import { post } from "../lib/api.js";
import { h, plural } from "../lib/dom.js";
import { goOn } from "./ahead.js";
import { verify } from "./verifying.js";

const ANYWAY = { text: "Finish all the same", value: "finish", primary: true };

/**
 * `space.open()` lists what must be done first, `space.unseen()` what was never on screen,
 * `space.advice()` what rules advise: [{message, go}].
 */
export async function finish(space) {
  const { may } = space.data;
  if (!may.submit && !may.verify) return void space.say("This item cannot be finished here");
  const open = space.open?.() ?? [];
  if (open.length) return listOpen(space, `${plural(open.length, "thing")} still open`, open);
  const waiting = space.confirming?.open() ?? [];
  if (waiting.length) {
    const reject = { text: "Reject the answer …", value: "reject" }; // what is sent back need not be confirmed first
    const answer = await listOpen(space, `${plural(waiting.length, "thing")} still open`, waiting, [reject]);
    return answer === "reject" ? verify(space, "reject") : undefined;
  }
  const unseen = space.unseen?.() ?? [];
  if (unseen.length) {
    const answer = await listOpen(space, "Not everything was on screen", unseen, [ANYWAY]);
    if (answer !== "finish") return undefined;
  }
  const advice = (await space.advice?.()) ?? [];
  if (advice.length) {
    const answer = await listOpen(space, "Coding rules advise", advice, [ANYWAY]);
    if (answer !== "finish") return undefined;
  }
  await space.autosave.flush();
  if (space.autosave.unsaved) return void space.say("Not finished: some changes are not saved yet");
  return may.verify ? verify(space) : send(space);
}

async function listOpen(space, title, problems, others = []) {
  const buttons = [{ text: "Close", value: null, primary: !others.some((b) => b.primary) }, ...others];
  let answer = null;
  const goTo = { finish: null };
  const content = [problemList(problems, (problem) => goTo.finish({ go: problem }))];
  answer = await ask(title, content, buttons, {
    onopen(dialog, close) {
      goTo.finish = close;
    },
  });
  if (answer?.go) jump(space, answer.go);
  return answer;
}

function jump(space, problem) {
  if (problem.go) problem.go();
  else space.jumpTo(problem.where);
  space.surface.focus({ preventScroll: true });
}

/** Exact duplicates were put together: which, before the page is left. */
async function sayFolded(space, ids) {
  const bodies = ids.map((id) => space.store.elements.get(id)).filter(Boolean);
  const words = bodies.map((body) =>
    [space.forms.key(body) ?? body.kind, space.textOf(body)].filter(Boolean).join(" · "),
  );
  const [were, they] = ids.length === 1 ? ["was", "it"] : ["were", "they"];
  await ask(
    "Finished",
    [
      h(
        "p",
        null,
        `${plural(ids.length, "exact duplicate")} ${were} put together with what ${they} repeated:`,
      ),
      h(
        "ul",
        null,
        words.map((line) => h("li", null, line)),
      ),
    ],
    [{ text: "Go on", value: null, primary: true }],
  );
}

async function send(space) {
  const elements = Object.fromEntries(space.store.elements);
  const body = { count: space.store.elements.size, sha256: sha256(canonicalJson({ elements })) };
  try {
    const { next, folded } = await post(`${space.url}/submission`, body);
    if (folded?.length) await sayFolded(space, folded);
    await goOn(space, next);
  } catch (error) {
    if (mustAccept(space.root, error)) return;
    if (error.status === 422 && error.problems.length) await listOpen(space, "Not finished yet", error.problems);
    else await ask("Not finished", [h("p", null, error.message)], [{ text: "Close", value: null, primary: true }]);
  }
}

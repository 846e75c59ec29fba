// Signing out wipes what is kept on this computer: it first sends it, and says what cannot be sent.
import { same, newId } from "../annotator/payload.js";
import { patch } from "../lib/api.js";
import { h, plural } from "../lib/dom.js";
import { ask } from "./dialogs.js";
import { unsent, wipe } from "./outbox.js";

export default class SignOut {
  constructor(form) {
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      if (this.leaving) return;
      this.leaving = true;
      const left = await sendAll();
      this.leaving = !left.length || (await mayLose(left));
      if (this.leaving) wipe().finally(() => form.submit());
    });
  }
}

/** What could not be sent: [{task, count}]. */
async function sendAll() {
  const left = [];
  for (const [key, pending] of await unsent()) {
    const task = key.split(":").at(-1);
    const count = await send(`/api/v1/assignments/${task}/draft`, [...pending]).catch(() => pending.size);
    if (count) left.push({ task, count });
  }
  return left;
}

/** Sends changes of which the server still knows what they were made on; answers how many it does not. */
async function send(url, changes, version = 0) {
  const actions = changes.map(([element_id, { body }]) => ({ element_id, body }));
  const headers = { "If-Match": `"${version}"`, "Idempotency-Key": newId("b") };
  try {
    if (actions.length) await patch(url, { actions }, { headers });
    return 0;
  } catch (error) {
    if (error.status !== 412 || version === error.details.version) throw error;
    // Version 0 is a guess: the refusal says what there is, without a look at the note.
    const there = (id) => error.details.elements[id] ?? null;
    const open = changes.filter(([id, { body }]) => !same(there(id), body));
    const ours = open.filter(([id, { base }]) => same(there(id), base));
    return open.length - ours.length + (await send(url, ours, error.details.version));
  }
}

function mayLose(left) {
  const lines = left.map(({ task, count }) =>
    h("li", null, `${plural(count, "change")} in `, h("a", { href: `/assignments/${task}` }, `task ${task}`)),
  );
  return ask(
    "Not everything was saved",
    [
      h(
        "p",
        null,
        "These changes are kept on this computer only, and the server did not take them. Signing out destroys them.",
      ),
      h("ul", null, lines),
    ],
    [
      { text: "Sign out and lose them", value: true },
      { text: "Stay signed in", value: false, primary: true },
    ],
    {
      onopen: (dialog) => dialog.querySelector(".row.end button:last-child").focus(), // not the first link
    },
  );
}

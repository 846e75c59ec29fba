// The person's next note: fetched into memory while this one is being finished, and shown without loading a page.
import { at, goTo, here } from "../lib/address.js";
import { get, post } from "../lib/api.js";
import { h } from "../lib/dom.js";

const REVIEWED = 0.8; // of what is to be done, and of the text in view
const LOOK = 1000; // ms between two looks at how far the work is
const KEEP = 15 * 60_000; // ms; the log counts one look that long, and so long nobody has asked for the note

export class Ahead {
  constructor(space) {
    this.space = space;
    this.sent = null;
    if (!space.data.may.submit) return;
    const timer = setInterval(() => this.#look(), LOOK);
    space.life.signal.addEventListener("abort", () => clearInterval(timer));
  }

  #look() {
    const { foot, seen, store } = this.space;
    if (this.asked || store.readOnly || foot.meter.value < REVIEWED || (seen?.share ?? 1) < REVIEWED) return;
    this.asked = true;
    this.#ask();
  }

  async #ask() {
    try {
      // In the background: it keeps nobody signed in.
      const { next } = await get(`${this.space.url}/next`, { headers: { "X-Background": "1" } });
      if (!next || next.modality !== this.space.data.item.modality || !this.#hasGuideline(next.task)) return;
      this.sent = next;
      setTimeout(() => (this.sent = null), KEEP);
    } catch {
      /* then its page is loaded, which says what is wrong */
    }
  }

  /** Whether the guideline beside this note is the next one's too, with nothing to accept or to be told of it. */
  #hasGuideline({ guideline }) {
    const here = this.space.data.guideline;
    return guideline.id === here.id && guideline.acknowledged && !guideline.moved && !here.moved;
  }

  /** What is in memory of the task at an address, opened now; null where it is another, or no longer stands so. */
  async open(address) {
    const { sent } = this;
    this.sent = null;
    if (!sent || address !== `/assignments/${sent.assignment}`) return null;
    const body = { sha256: sent.sha256 };
    const rest = await post(`/api/v1/assignments/${sent.assignment}/opening`, body).catch(() => null);
    return rest && { ...sent, task: { ...sent.task, ...rest } };
  }
}

/** To what follows a finished task: in this page where it is in memory, else by loading its page. */
export async function goOn(space, next) {
  const opened = next && (await space.ahead?.open(next));
  if (opened) await turn(space, next, opened);
  else goTo(next ?? space.root.dataset.home ?? "/");
}

/** Puts the next task's workbench in the place of this one, as if its page had been loaded. */
async function turn(space, address, { title, note_type: type, task }) {
  const { root, blank } = space;
  const { start } = await import(at(root.dataset.workbench));
  space.end();
  const { previous, next } = task.beside;
  const addressOf = (id) => (id ? `/assignments/${id}` : "");
  const places = { assignment: task.assignment.id, previous: addressOf(previous), next: addressOf(next) };
  Object.assign(blank.dataset, places);
  blank.querySelector("h1").replaceChildren(title, " ", h("small", null, type ?? ""));
  keepGuideline(root, blank);
  history.pushState(null, "", at(address));
  document.title = `${title} · Chartmark`;
  root.replaceWith(blank);
  blank.task = task;
  blank.workbench = await start(blank);
  blank.dataset.ready = "yes";
  blank.workbench.say(title);
}

/** It is the same version, and may have been accepted here. */
function keepGuideline(root, blank) {
  const guide = root.querySelector(".guide");
  if (!guide) return;
  guide.hidden = true;
  blank.querySelector(".guide").replaceWith(guide);
  blank.querySelector('[data-do="guideline"]').setAttribute("aria-pressed", "false");
}

// A note shown in the page of another has an address of its own: going back loads the page of that address.
addEventListener("popstate", () => {
  const shown = document.querySelector("[data-assignment]")?.dataset.assignment;
  if (shown && here() !== `/assignments/${shown}`) location.reload();
});

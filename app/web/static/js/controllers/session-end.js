// Warns before the session ends, lets one stay, and says when it is over (WCAG 2.2.1). Nothing is lost: drafts are
// saved.
import { get, post } from "../lib/api.js";
import { button, h } from "../lib/dom.js";
import { here } from "../lib/address.js";

const WARN_BEFORE = 2 * 60 * 1000;

export default class SessionEnd {
  constructor(place) {
    this.place = place;
    // The page says how long the session it came with has left.
    this.wait({ now: 0, ends_at: Number(place.dataset.left) });
  }

  /** Asks without extending: another tab may have been in use meanwhile. */
  async look() {
    try {
      this.wait(await get("/api/v1/session", { headers: { "X-Background": "1" } }));
    } catch (error) {
      if (error.status === 401) this.over();
      else this.later(WARN_BEFORE / 4);
    }
  }

  wait({ now, ends_at: endsAt }) {
    const left = endsAt - now;
    if (left > WARN_BEFORE) {
      this.place.replaceChildren();
      this.later(left - WARN_BEFORE);
    } else {
      this.warn();
      this.later(Math.max(left, 1000) + 500);
    }
  }

  later(milliseconds) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.look(), milliseconds);
  }

  warn() {
    const stay = button("Stay signed in", async () => {
      await post("/api/v1/session/extension").catch(() => null);
      this.look();
    });
    this.say("Your session ends in less than two minutes. Saved drafts are kept.", stay);
  }

  over() {
    const then = encodeURIComponent(here());
    this.say(
      "Your session has ended. Saved drafts are kept.",
      h("a", { href: `/sign-in?next=${then}` }, "Sign in again"),
    );
  }

  say(text, control) {
    this.place.replaceChildren(h("p", { class: "ending" }, text, " ", control));
  }
}

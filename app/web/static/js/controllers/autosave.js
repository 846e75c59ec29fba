// Saves a draft: coalesces, sends, retries, rebases; says in words where it stands. Loses nothing.
import { patch, refreshToken } from "../lib/api.js";
import { newId, same } from "../annotator/payload.js";
import { keep, kept } from "./outbox.js";

const WAIT = 400; // ms after the last change
const MANY = 20; // changes that are sent at once
const LONGEST = 30_000; // ms between two attempts

export class Autosave {
  /**
   * `quotes(body)` are the texts under the offsets; `onstate(words, kind)`; `onremote([[id, body]])` takes
   * over what the server knows; `conflict({id, mine, theirs})` → "mine" | "theirs" | "both";
   * `onstop(error)` is called when saving stops; `onrefused([[id, message]])` for elements the server will not
   * have: they stay on the page to be changed, and everything else is saved without them; `signal` ends it.
   */
  constructor({ elements, signal, ...given }) {
    const { url, key, version, quotes, onstate, onremote, conflict, keepBoth, onstop, onrefused } = given;
    Object.assign(this, { url, key, version, quotes, onstate, onremote, conflict, keepBoth, onstop, onrefused });
    this.refused = new Map(); // id → {body, base, message}
    this.server = new Map(Object.entries(elements));
    this.pending = new Map(); // id → {body, base}
    this.batch = null;
    this.tries = 0;
    this.stopped = null;
    addEventListener("online", () => this.retry(), { signal });
    addEventListener("pagehide", () => this.#leave(), { signal });
    addEventListener("beforeunload", (event) => this.unsaved && event.preventDefault(), { signal });
    this.#say();
  }

  /** Changes from the last visit that never reached the server: [[id, body]] to be shown, and sent again. */
  async restore() {
    const left = await kept(this.key);
    if (!left.size) return [];
    const fresh = new Map();
    for (const [id, entry] of left) if (!same(this.server.get(id) ?? null, entry.body)) fresh.set(id, entry);
    this.pending = fresh;
    await this.#settle();
    this.#schedule();
    return [...this.pending].map(([id, { body }]) => [id, body]);
  }

  get unsaved() {
    return this.pending.size + this.refused.size + (this.batch ? this.batch.entries.size : 0);
  }

  add(actions) {
    for (const { id, body } of actions) {
      const base = this.pending.get(id)?.base ?? this.refused.get(id)?.base ?? this.batch?.entries.get(id)?.body;
      this.refused.delete(id);
      this.pending.set(id, { body, base: base === undefined ? (this.server.get(id) ?? null) : base });
    }
    this.#remember();
    this.#schedule();
  }

  #remember() {
    return keep(this.key, new Map([...(this.batch?.entries ?? []), ...this.pending]));
  }

  #schedule() {
    this.#say();
    clearTimeout(this.timer);
    if (this.stopped || this.batch) return;
    if (this.pending.size) this.timer = setTimeout(() => this.flush(), this.pending.size >= MANY ? 0 : WAIT);
  }

  /** Sends what is waiting; resolves when nothing is unsaved, or when saving has stopped. */
  async flush() {
    clearTimeout(this.timer);
    if (this.sending) return this.sending;
    this.sending = this.#drain().finally(() => {
      this.sending = null;
      this.#schedule();
    });
    return this.sending;
  }

  async #drain() {
    while (!this.stopped && (this.batch || this.pending.size)) {
      if (!this.batch) {
        this.batch = { key: newId("b"), entries: this.pending };
        this.pending = new Map();
      }
      this.#say();
      try {
        this.#saved(await this.#send());
        // Said to be saved when it is no longer kept here either: a page loaded now would ask about it again.
        await this.#remember();
        this.#say();
      } catch (error) {
        if (!(await this.#failed(error))) return;
      }
    }
  }

  #send(keepalive = false) {
    const actions = [...this.batch.entries].map(([element_id, { body }]) => {
      const quote = body && this.quotes(body);
      return quote ? { element_id, body, quote } : { element_id, body };
    });
    const headers = { "If-Match": `"${this.version}"`, "Idempotency-Key": this.batch.key };
    return patch(this.url, { actions }, { headers, keepalive });
  }

  /**
   * `elements` are those the server holds otherwise than they were sent; what was changed since stays as it is
   * here.
   */
  #saved({ version, elements = {} }) {
    const kept = new Map([...[...this.batch.entries].map(([id, { body }]) => [id, body]), ...Object.entries(elements)]);
    for (const [id, body] of kept) {
      if (body === null) this.server.delete(id);
      else this.server.set(id, body);
      const later = this.pending.get(id);
      if (later) later.base = body;
    }
    const taken = Object.entries(elements).filter(([id]) => !this.pending.has(id) && !this.refused.has(id));
    if (taken.length) this.onremote(taken);
    this.#tryEndsAgain();
    this.version = version;
    this.batch = null;
    this.tries = 0;
  }

  /** What hung on something that was refused may have its end by now. */
  #tryEndsAgain() {
    for (const [id, { body, base, code }] of this.refused) {
      if (code !== "dangling") continue;
      this.refused.delete(id);
      this.pending.set(id, { body, base });
    }
  }

  /** True when sending may go on at once. */
  async #failed(error) {
    if (error.status === 412) {
      const { version, elements } = error.details;
      await this.rebase(version, elements);
      return true;
    }
    if (error.status === 0 || error.status === 429 || error.status >= 500) {
      const pause = Math.min(LONGEST, 500 * 2 ** this.tries++);
      this.offline = true;
      this.#say();
      this.again = setTimeout(() => this.retry(), pause * (0.75 + Math.random() / 2));
      return false;
    }
    // Words other than those on the page are no matter of one element: that stops, and is asked about.
    if (error.status === 422 && error.code !== "quote-mismatch" && this.#setAside(error)) return true;
    if (error.code.includes("csrf") && !this.refreshed) {
      this.refreshed = true;
      if (await refreshToken().catch(() => false)) return true;
    }
    this.stopped = error;
    this.#say();
    this.onstop(error);
    return false;
  }

  /** Takes what the server will not have out of the batch; the rest is sent again under a new key. */
  #setAside(error) {
    const entries = new Map([...this.batch.entries, ...this.pending]);
    const named = error.problems.filter(({ where }) => this.batch.entries.has(where));
    for (const { where, message, code: rule } of named) {
      const code = error.code === "free-text" ? "identifier" : rule;
      const entry = this.refused.get(where) ?? entries.get(where);
      const said = entry.message && entry.message !== message ? `${entry.message}; ${message}` : message;
      // What was typed since goes before what was refused.
      if (entries.get(where)?.body === this.batch.entries.get(where).body) {
        this.refused.set(where, { ...entry, message: said, code });
      }
    }
    for (const id of this.refused.keys()) entries.delete(id);
    if (!named.length) return false;
    this.batch = null;
    this.pending = entries;
    this.#remember();
    this.#say();
    if (this.refused.size) this.onrefused([...this.refused].map(([id, { message }]) => [id, message]));
    return true;
  }

  retry() {
    clearTimeout(this.again);
    this.offline = false;
    this.stopped = null;
    this.refreshed = false;
    return this.flush();
  }

  /** Gives up what the server refused: those elements go back to what it knows. */
  takeBack(ids) {
    const given = ids.filter((id) => this.refused.has(id)).map((id) => [id, this.refused.get(id)]);
    const entries = new Map([...given, ...(this.batch?.entries ?? []), ...this.pending]);
    for (const id of ids) this.refused.delete(id);
    const gone = ids.length ? ids.filter((id) => entries.has(id)) : [...entries.keys()];
    for (const id of gone) entries.delete(id);
    this.batch = null;
    this.pending = entries;
    this.onremote(gone.map((id) => [id, this.server.get(id) ?? null]));
    this.#remember();
    return this.retry();
  }

  /** Somebody (another tab) was faster: other elements are taken over silently, the same one is asked about. */
  async rebase(version, elements) {
    const theirs = new Map(Object.entries(elements));
    this.pending = new Map([...(this.batch?.entries ?? []), ...this.pending]);
    this.batch = null;
    const ids = new Set([...this.server.keys(), ...theirs.keys()]);
    const changed = [...ids].filter((id) => !same(this.server.get(id) ?? null, theirs.get(id) ?? null));
    this.server = theirs;
    this.version = version;
    this.onremote(changed.filter((id) => !this.pending.has(id)).map((id) => [id, theirs.get(id) ?? null]));
    await this.#settle();
  }

  async #settle() {
    for (const [id, { body, base }] of [...this.pending]) {
      const theirs = this.server.get(id) ?? null;
      if (same(theirs, base)) continue;
      if (same(theirs, body)) {
        this.pending.delete(id);
        continue;
      }
      this.onstate("Conflict", "bad");
      const choice = await this.conflict({ id, mine: body, theirs });
      const now = this.pending.get(id) ?? { body };
      this.pending.delete(id);
      if (choice === "mine") this.pending.set(id, { body: now.body, base: theirs });
      else this.onremote([[id, theirs]]);
      if (choice === "both") this.keepBoth(id, now.body);
    }
    this.#remember();
  }

  #leave() {
    if (this.unsaved === this.refused.size || this.stopped) return;
    if (!this.batch) {
      this.batch = { key: newId("b"), entries: this.pending };
      this.pending = new Map();
    }
    this.#send(true).then(
      (answer) => {
        this.#saved(answer);
        this.#remember();
        this.#say();
      },
      () => {},
    );
  }

  #say() {
    const n = this.unsaved;
    const changes = n === 1 ? "1 change" : `${n} changes`;
    if (this.stopped?.status === 401) this.onstate(`Signed out, ${changes} kept here`, "bad");
    else if (this.stopped) this.onstate(`Not saved: ${this.stopped.message}`, "bad");
    else if (!n) this.onstate("All changes saved", "ok");
    else if (n === this.refused.size)
      this.onstate(
        `${changes} not saved: ` +
          ([...this.refused.values()][0].code === "identifier" ? "looks like an identifier" : "refused"),
        "bad",
      );
    else if (this.offline) this.onstate(`Offline, ${changes} kept on this computer`, "warn");
    else this.onstate("Saving …", "busy");
  }
}

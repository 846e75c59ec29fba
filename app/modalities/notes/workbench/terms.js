// Code searches of one assignment, and the terms of codes once seen.
import { get, post } from "../../../js/lib/api.js";

export class Terms {
  constructor(space, onfound) {
    Object.assign(this, { space, onfound, known: new Map(), asked: new Set() });
    for (const [key, term] of Object.entries(space.data.present?.terms ?? {})) this.known.set(key, term);
    this.system = space.schema.system ?? space.data.present?.system ?? "icd10cm";
  }

  /** Typed text goes in the body of a POST, never into an address. */
  search(query, label, signal) {
    const body = { system: this.system, query, limit: 8, label };
    return post("/api/v1/code-searches", body, { signal }).then((answer) => this.#learn(answer));
  }

  candidates(id) {
    return get(`${this.space.url}/elements/${encodeURIComponent(id)}/candidates?system=${this.system}`).then((answer) =>
      this.#learn(answer),
    );
  }

  #learn(answer) {
    for (const hit of answer.hits) this.known.set(`${this.system}:${hit.code}`, hit.preferred ?? hit.term);
    return answer;
  }

  code(hit, release) {
    return { system: this.system, release, code: hit.code };
  }

  /** The term of a code, when known; asked for once otherwise. */
  of({ system, code }) {
    const key = `${system}:${code}`;
    if (!this.known.has(key) && !this.asked.has(key)) {
      this.asked.add(key);
      post("/api/v1/code-searches", { system, query: code, limit: 1, label: null }).then(({ hits }) => {
        if (hits[0]?.code !== code) return;
        this.known.set(key, hits[0].preferred ?? hits[0].term);
        this.onfound();
      }, () => {});
    }
    return this.known.get(key) ?? "";
  }
}

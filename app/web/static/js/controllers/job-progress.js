// Shows how far background work has come; when the last job ends, the page is loaded anew.
import { get } from "../lib/api.js";

const PAUSE_MS = 2000;

export default class JobProgress {
  constructor(root) {
    this.root = root;
    if (root.dataset.running) this.#later();
  }

  #later() {
    setTimeout(() => this.#ask(), PAUSE_MS);
  }

  async #ask() {
    try {
      // Polling must not keep an absent person signed in.
      const answer = await get(this.root.dataset.address, { headers: { "X-Background": "1" } });
      for (const job of answer.jobs) this.#show(job);
      if (!answer.running) return location.reload();
    } catch (error) {
      if (error.status === 401) return undefined;
    }
    return this.#later();
  }

  #show(job) {
    const row = this.root.querySelector(`[data-job="${Number(job.id)}"]`);
    if (!row) return location.reload(); // the next stage has begun
    const count = job.total ? `${job.done} of ${job.total}` : String(job.done);
    row.querySelector("[data-part=state]").textContent = job.said;
    row.querySelector("[data-part=done]").textContent = count;
    const bar = row.querySelector("progress");
    if (bar && job.total) {
      bar.max = job.total;
      bar.value = job.done;
    }
    return undefined;
  }
}

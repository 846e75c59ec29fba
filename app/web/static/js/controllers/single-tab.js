// One tab writes a draft: a later one opens read-only and may take over.
import { button, h } from "../lib/dom.js";

export class SingleTab {
  /**
   * `flush()` saves what this tab still holds; `setReadOnly(bool)`; `reload()` fetches the newest state;
   * `signal` ends it.
   */
  constructor(name, strip, { flush, setReadOnly, reload, signal }) {
    Object.assign(this, { strip, flush, setReadOnly, reload, writing: true });
    if (typeof BroadcastChannel !== "function") return;
    this.channel = new BroadcastChannel(`chartmark:${name}`);
    this.channel.onmessage = ({ data }) => this.#heard(data);
    this.channel.postMessage("opened");
    signal.addEventListener("abort", () => this.channel.close());
  }

  async #heard(message) {
    if (message === "opened" && this.writing) this.channel.postMessage("taken");
    else if (message === "taken" && this.writing && !this.claimed) this.#stepBack();
    else if (message === "take over" && this.writing) {
      await this.flush();
      this.claimed = false;
      this.#stepBack();
      this.channel.postMessage("released");
    } else if (message === "released" && this.claiming) this.#begin();
  }

  #stepBack() {
    this.writing = false;
    this.setReadOnly(true);
    this.strip.replaceChildren(h("p", { class: "strip warn", role: "status" },
      "This item is open for writing in another tab. ", button("Take over here", () => this.#takeOver())));
  }

  #takeOver() {
    this.claiming = true;
    this.channel.postMessage("take over");
    setTimeout(() => this.claiming && this.#begin(), 1500); // the other tab may be gone
  }

  async #begin() {
    this.claiming = false;
    this.writing = true;
    this.claimed = true;
    await this.reload();
    this.setReadOnly(false);
    this.strip.replaceChildren();
  }
}

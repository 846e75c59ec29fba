// Showing who one is at the identity provider, for one act: a window of its own, and waiting until it is done there.
import { post } from "../lib/api.js";
import { button } from "../lib/dom.js";

const EVERY = 1500; // ms
const LONGEST = 10 * 60 * 1000;

export default class ProviderProof {
  constructor(root) {
    this.root = root;
    this.said = root.querySelector("[role=status]");
    const go = button(`Sign in again by ${root.dataset.title}`, () => this.go());
    go.classList.add("quiet");
    this.said.before(go);
    this.said.textContent = "In place of your password.";
  }

  async go() {
    // Opened at once: a window that opens later, after an answer, is held back.
    const opened = window.open("about:blank", "_blank");
    try {
      const { proof, address } = await post("/api/v1/session/provider-proofs", { act: this.root.dataset.act });
      if (!opened) throw new Error("The window was held back. Allow windows of this server, and try again.");
      opened.opener = null;
      opened.location.replace(address);
      this.said.textContent = "Sign in again in the window that has opened.";
      await this.#wait(proof);
    } catch (error) {
      opened?.close();
      this.said.textContent = error.message;
    }
  }

  async #wait(proof) {
    for (const until = Date.now() + LONGEST; Date.now() < until; ) {
      await new Promise((resolve) => setTimeout(resolve, EVERY));
      if (!this.root.isConnected) return;
      const { shown } = await post("/api/v1/session/provider-proofs/state", { proof });
      if (!shown) continue;
      this.root.querySelector("[name=provider]").value = proof;
      this.said.textContent = "It is known that it is you, for two minutes: go on here.";
      this.root.closest("form")?.querySelector("[type=password]")?.removeAttribute("required");
      return;
    }
    throw new Error("This took too long; try again.");
  }
}

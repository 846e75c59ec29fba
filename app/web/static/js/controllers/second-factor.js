// A second factor in a form: the code is a plain field; a passkey is used by a button, which then sends the form.
import { post } from "../lib/api.js";
import { button, h } from "../lib/dom.js";
import { canUse, use } from "../lib/passkey.js";

export default class SecondFactor {
  constructor(root) {
    this.root = root;
    this.said = root.querySelector("[role=status]");
    if (root.dataset.passkey === undefined || !canUse()) return;
    this.button = button("Use a passkey", () => this.use());
    this.button.classList.add("quiet");
    this.said.before(h("p", null, this.button));
    if (!root.closest("form").querySelector("[type=password]")) this.button.focus();
  }

  async use() {
    const { options, act } = this.root.dataset;
    const form = this.root.closest("form");
    if (!form.reportValidity()) return;
    this.said.textContent = "Follow what your device says.";
    try {
      this.root.querySelector("[name=passkey]").value = await use(await post(options, { act }));
    } catch (error) {
      this.said.textContent = error.message;
      return;
    }
    this.said.textContent = "";
    form.requestSubmit();
  }
}

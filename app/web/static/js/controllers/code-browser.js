// The page of codes by keyboard: search as you type opens a code; arrows walk the tree, "/" goes to the search.
import { post } from "../lib/api.js";
import { CodeSearch } from "./code-search.js";
import { goTo } from "../lib/address.js";

const LIMIT = 20;

export default class CodeBrowser {
  /** `root` holds the search form (data-system, data-release) and perhaps a tree of links. */
  constructor(root) {
    this.root = root;
    this.tree = root.querySelector("[data-tree]");
    this.#search(root.querySelector("form[data-system]"));
    this.tree?.addEventListener("keydown", (event) => this.#key(event));
    if (location.hash === "#here") this.tree?.querySelector("#here")?.focus();
  }

  /** The plain field becomes a combobox; without script the form answers with a page. */
  #search(form) {
    const { system, release } = form.dataset;
    const plain = form.querySelector("[name=query]");
    this.search = new CodeSearch({
      label: "Search codes",
      search: (query, signal) =>
        post("/api/v1/code-searches", { system, release: release || null, query, limit: LIMIT }, { signal }),
      pick: (hit) => goTo(addressOf(system, hit.code, release)),
      leave: () => this.#lines()[0]?.focus(),
    });
    this.search.input.value = plain.value; // what was typed before the script came
    plain.closest(".field").replaceWith(this.search.element);
    form.querySelector("button").remove();
    form.addEventListener("submit", (event) => event.preventDefault());
    if (!this.tree?.querySelector("#here")) this.search.focus();
  }

  #lines() {
    return [...(this.tree?.querySelectorAll("a") ?? [])];
  }

  #key(event) {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const lines = this.#lines();
    const at = lines.indexOf(event.target);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: lines.length - 1 }[event.key];
    if (to !== undefined) lines[Math.min(Math.max(to, 0), lines.length - 1)].focus();
    else if (event.key === "ArrowRight") this.#open(event.target);
    else if (event.key === "ArrowLeft") this.#open(this.tree.querySelector("a[data-parent]"));
    else if (event.key === "/") this.search.focus();
    else return;
    event.preventDefault();
  }

  /** Opens a line's page with the focus in its tree. */
  #open(line) {
    if (line && !line.hasAttribute("aria-current")) location.assign(`${line.href.split("#")[0]}#here`);
  }
}

const addressOf = (system, code, release) =>
  `/codes/${encodeURIComponent(system)}/${encodeURIComponent(code)}` +
  `${release ? `?release=${encodeURIComponent(release)}` : ""}#here`;

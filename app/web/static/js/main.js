// Starts what the page asks for, loaded on demand: data-workbench is the address of a module, data-controller a name.
import SignOut from "./controllers/sign-out.js"; // at once: a click before it was there would destroy unsent changes
import { at } from "./lib/address.js";

const CONTROLLERS = {
  "job-progress": () => import("./controllers/job-progress.js"),
  "code-browser": () => import("./controllers/code-browser.js"),
  "decisions": () => import("./controllers/decisions.js"),
  "leak-check": () => import("./controllers/leak-check.js"),
  "second-factor": () => import("./controllers/second-factor.js"),
  "passkey-enrolment": () => import("./controllers/passkey-enrolment.js"),
  "provider-proof": () => import("./controllers/provider-proof.js"),
  "session-end": () => import("./controllers/session-end.js"),
};

async function startAll() {
  for (const form of document.querySelectorAll("form[data-sign-out]")) new SignOut(form);
  for (const root of document.querySelectorAll("[data-workbench]")) {
    try {
      const { start } = await import(at(root.dataset.workbench));
      root.workbench = await start(root);
      root.dataset.ready = "yes";
    } catch (error) {
      const place = root.querySelector("#strip") ?? root;
      const line = document.createElement("p");
      line.className = "strip warn";
      line.role = "alert";
      line.textContent = `This page could not start: ${error.message}. Reloading may help.`;
      place.append(line);
      throw error;
    }
  }
  for (const element of document.querySelectorAll("[data-controller]")) {
    const load = CONTROLLERS[element.dataset.controller];
    if (load) new (await load()).default(element);
  }
}

startAll();

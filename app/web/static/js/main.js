// Starts what the page asks for: data-workbench and data-controller name modules, loaded on demand.
import SignOut from "./controllers/sign-out.js"; // at once: a click before it was there would destroy unsent changes

const workbench = (name) => import(name === "adjudication" ? "./adjudication/page.js" : `./workbench/${name}.js`);

const CONTROLLERS = {
  "job-progress": () => import("./controllers/job-progress.js"),
  "code-browser": () => import("./controllers/code-browser.js"),
  "leak-check": () => import("./controllers/leak-check.js"),
  "session-end": () => import("./controllers/session-end.js"),
};

async function startAll() {
  for (const form of document.querySelectorAll("form[data-sign-out]")) new SignOut(form);
  for (const root of document.querySelectorAll("[data-workbench]")) {
    try {
      const { start } = await workbench(root.dataset.workbench);
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

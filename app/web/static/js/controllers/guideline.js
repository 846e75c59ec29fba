// The guideline beside the work: shown and hidden, and accepted before anything is decided under it.
import { announce } from "../lib/announce.js";
import { post } from "../lib/api.js";

export function toggleGuideline(root, section) {
  const guide = root.querySelector(".guide");
  if (!guide) return;
  show(root, guide, section !== undefined || guide.hidden);
  const place = section && guide.querySelector(`[data-section="${CSS.escape(section)}"]`);
  if (!place) return;
  place.scrollIntoView({ block: "start" });
  place.focus({ preventScroll: true });
}

function show(root, guide, on) {
  guide.hidden = !on;
  for (const control of root.querySelectorAll('[data-do="guideline"]'))
    control.setAttribute("aria-pressed", String(on));
}

/** The act "I have read and accept"; once recorded the panel makes room for the work, which `done` goes on with. */
export function wireAcceptance(root, done, fail) {
  const control = root.querySelector('[data-part="acknowledge"]');
  control?.addEventListener("click", async () => {
    control.disabled = true;
    try {
      await post(`/api/v1/guidelines/${control.dataset.guideline}/acknowledgement`, {});
    } catch (error) {
      control.disabled = false;
      return fail("Accepting", error);
    }
    control.closest("[data-part=acceptance]").remove();
    show(root, root.querySelector(".guide"), false);
    announce("Accepted. Go on where you were.");
    return done();
  });
}

/**
 * Whether a refusal asks for the guideline to be accepted first; then the panel is open and focused, the act one
 * Tab away.
 */
export function mustAccept(root, error) {
  if (error.code !== "guideline-not-accepted") return false;
  const guide = root.querySelector(".guide");
  const control = root.querySelector('[data-part="acknowledge"]');
  // The item was moved to another version since this page was made: the page of that version asks.
  if (Number(control?.dataset.guideline) !== error.details.guideline) {
    location.reload();
    return true;
  }
  show(root, guide, true);
  guide.scrollTop = 0;
  guide.focus();
  announce(`Not recorded: ${error.message} (Tab, then Enter)`);
  return true;
}

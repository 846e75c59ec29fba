// Adding a passkey: the device makes it before the form is sent.
import { post } from "../lib/api.js";
import { canUse, make } from "../lib/passkey.js";

export default class PasskeyEnrolment {
  constructor(form) {
    const said = form.querySelector("[role=status]");
    const answer = form.querySelector("[name=passkey]");
    form.addEventListener("submit", async (event) => {
      if (answer.value) return;
      event.preventDefault();
      if (!canUse()) {
        said.textContent = "This browser has no passkeys here: use a newer one, over https.";
        return;
      }
      said.textContent = "Follow what your device says.";
      try {
        answer.value = await make(await post(form.dataset.options, {}));
      } catch (error) {
        said.textContent = error.message;
        return;
      }
      form.requestSubmit();
    });
  }
}

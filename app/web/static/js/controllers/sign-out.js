// Signing out wipes what is kept on this computer.
import { wipe } from "./outbox.js";

export default class SignOut {
  constructor(form) {
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      wipe().finally(() => form.submit());
    }, { once: true });
  }
}

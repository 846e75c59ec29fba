// What a signature asks for (21 CFR 11.200(a)(1)): name and password typed again, and the second factor of whoever
// has one.
import { get, post } from "../lib/api.js";
import { button, h } from "../lib/dom.js";
import { canUse, use } from "../lib/passkey.js";
import { inputField } from "./dialogs.js";
import ProviderProof from "./provider-proof.js";

const ACT = "sign";

let known = null;

/** Ask now what the person has, so that the dialog is there with the key that opens it and no letter is lost. */
export const prepareSignature = () => void (known ??= ownFactors());

/** The fields of a signature; their names are those of the request's body. */
export async function signatureFields() {
  const own = await (known ?? ownFactors());
  known = null;
  setTimeout(prepareSignature); // for the next one: a factor may be set up meanwhile
  return [
    inputField("username", "Your user name", { autocomplete: "username" }),
    inputField("password", "Your password", { type: "password", autocomplete: "current-password" }),
    own.provider ? providerField(own.provider) : null,
    ...secondFields(own),
  ].filter(Boolean);
}

/** The second factor alone, for an act that is asked for once more: what was shown is used. */
export async function againFields(answer) {
  if (!answer.code && !answer.passkey && !answer.provider) return [];
  const own = await ownFactors();
  return [answer.provider ? providerField(own.provider) : null, ...secondFields(own)].filter(Boolean);
}

/** What the person has; where the server is out of reach the signature itself says so. */
const ownFactors = () => get("/api/v1/session/factors").catch(() => ({ kinds: [], provider: "", demanded: false }));

/** What is missing before the request can be sent, or null. */
export function missing({ username, password, provider, code, passkey }) {
  if (!username || !(password || provider)) return "Please give your user name and your password.";
  if (code === "" && !passkey && !provider) return "Please show your second factor.";
  return null;
}

function secondFields({ kinds, demanded }) {
  if (!kinds.length && demanded) return [h("p", { class: "error" }, "A signature takes a second factor here: ",
    h("a", { href: "/account" }, "set one up"), " first.")];
  if (!kinds.length) return [];
  const hint = kinds.includes("totp")
    ? "Code of your app, or a recovery code"
    : "A recovery code, unless you use a passkey";
  return [
    h("label", { class: "field" }, h("span", null, "Second factor"), h("small", { class: "mut" }, hint),
      h("input", { name: "code", autocomplete: "one-time-code", spellcheck: "false" })),
    kinds.includes("passkey") && canUse() ? passkeyField() : null,
  ];
}

function passkeyField() {
  const answer = h("input", { type: "hidden", name: "passkey", value: "" });
  const said = h("p", { role: "status", class: "mut" });
  const show = async () => {
    said.textContent = "Follow what your device says.";
    try {
      answer.value = await use(await post("/api/v1/session/passkey-options", { act: ACT }));
      said.textContent = "Your passkey was used; it is good for two minutes.";
    } catch (error) {
      said.textContent = error.message;
    }
  };
  return h("div", null, button("Use a passkey", show), answer, said);
}

function providerField(title) {
  const root = h("div", { dataset: { act: ACT, title } },
    h("input", { type: "hidden", name: "provider", value: "" }), h("p", { role: "status", class: "mut" }));
  new ProviderProof(root);
  return root;
}

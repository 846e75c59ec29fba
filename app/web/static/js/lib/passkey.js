// Passkeys (WebAuthn): what the server asks for and what the device answers, both as JSON of the standard's own form.

const MESSAGES = {
  NotAllowedError: "The passkey was not used. Try again, or use another second factor.",
  InvalidStateError: "This device has a passkey for this account already.",
  SecurityError: "Passkeys do not work at this address: open the server by its name, over https.",
};

/** A browser without them, or a page that is neither https nor localhost, has none. */
export const canUse = () => Boolean(window.PublicKeyCredential?.parseRequestOptionsFromJSON && navigator.credentials);

/** Makes a passkey; answers with the JSON text the server checks. */
export async function make(options) {
  return done(navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options) }));
}

/** Uses a passkey; answers with the JSON text the server checks. */
export async function use(options) {
  return done(navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options) }));
}

async function done(asked) {
  try {
    return JSON.stringify((await asked).toJSON());
  } catch (error) {
    throw new Error(MESSAGES[error.name] ?? "The passkey could not be used.");
  }
}

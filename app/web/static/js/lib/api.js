// The only fetch: JSON, CSRF header, one error shape.

import { at } from "./address.js";

export class ApiError extends Error {
  /** `status` 0 means the server was not reached. */
  constructor(status, body) {
    super(body?.error?.message || body?.error?.code || `HTTP ${status}`);
    this.status = status;
    this.code = body?.error?.code ?? "";
    this.problems = body?.error?.problems ?? [];
    this.details = body?.error?.details ?? {};
  }
}

const token = () => document.querySelector('meta[name="csrf-token"]');

export async function request(method, path, body, { headers = {}, signal, keepalive } = {}) {
  let response;
  try {
    response = await fetch(at(path), {
      method, signal, keepalive, credentials: "same-origin", redirect: "error",
      headers: {
        Accept: "application/json",
        ...(body === undefined ? {} : { "Content-Type": "application/json" }),
        ...(method === "GET" ? {} : { "X-CSRF-Token": token()?.content ?? "" }),
        ...headers,
      },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new ApiError(0, { error: { code: "unreachable", message: "The server cannot be reached." } });
  }
  const answer = await response.json().catch(() => null);
  if (!response.ok) throw new ApiError(response.status, answer);
  return answer;
}

export const get = (path, options) => request("GET", path, undefined, options);
export const post = (path, body, options) => request("POST", path, body, options);
export const put = (path, body, options) => request("PUT", path, body, options);
export const patch = (path, body, options) => request("PATCH", path, body, options);
export const remove = (path, options) => request("DELETE", path, undefined, options);

/** After signing in again in another tab the token of this page is stale: read the new one from a fresh copy. */
export async function refreshToken() {
  const page = await fetch(location.href, { credentials: "same-origin", redirect: "error" }).then((r) => r.text());
  const found = /<meta name="csrf-token" content="([^"]*)"/.exec(page);
  if (!found || !token()) return false;
  token().content = found[1];
  return true;
}

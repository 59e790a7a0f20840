// Commands and reads over HTTP: each with a deadline, a command with a key that makes its retry harmless.

import { page } from "./page.js";

const DEADLINE_MS = 5000;
const TRIES = 3;

/** The server refused: `code` is for programs, the message for people, `details` is the whole problem. */
export class Refusal extends Error {
  constructor(status, details) {
    super(details.detail);
    this.status = status;
    this.code = details.code;
    this.details = details;
  }
}

/** The server did not answer; nobody knows whether the command was done. */
export class NoAnswer extends Error {}

/** Read JSON. Throws Refusal or NoAnswer. */
export function read(path, { signal } = {}) {
  return send(path, { method: "GET" }, signal);
}

/** Send a command. A lost answer is asked for again under the same key. Throws Refusal or NoAnswer. */
export async function command(path, body = {}, { tries = TRIES, key = newKey() } = {}) {
  for (let left = tries; ; left -= 1) {
    try {
      return await send(path, { method: "POST", body: JSON.stringify(body), key });
    } catch (error) {
      const again = error instanceof NoAnswer || error.status === 503;
      if (!again || left <= 1) throw error;
    }
  }
}

/** crypto.randomUUID is missing on plain http in older browsers; random bytes are everywhere. */
export function newKey() {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

async function send(path, { method, body, key }, signal) {
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(), DEADLINE_MS);
  signal?.addEventListener("abort", () => abort.abort());
  const headers = { Accept: "application/json", "X-CSRF-Token": page.csrf ?? "" };
  if (key) Object.assign(headers, { "Content-Type": "application/json", "Idempotency-Key": key });
  try {
    const answer = await fetch(path, { method, body, headers, signal: abort.signal, cache: "no-store" });
    const content = await answer.json();
    if (!answer.ok) throw new Refusal(answer.status, content);
    return content;
  } catch (error) {
    throw error instanceof Refusal ? error : new NoAnswer(error.message);
  } finally {
    clearTimeout(timer);
  }
}

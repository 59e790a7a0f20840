// Commands and reads over HTTP: with a deadline, a command with a key that makes its retry harmless.

import { page } from "./page.js";

const DEADLINE_MS = 5000;
const TRIES = 3;

/**
 * @template {keyof Baari.Reads | keyof Baari.Commands} Path
 * @typedef {import("./addresses.js").Address<Path>} Address
 */

/** @typedef {Baari.Problem & Record<string, any>} Problem a refusal; what else stands in it depends on its code */

/** A request that was not done: `code` for programs, the message for people, `details` the problem, if any. */
export class Failure extends Error {
  /**
   * @param {string} code
   * @param {string} message
   * @param {Problem | null} details
   */
  constructor(code, message, details = null) {
    super(message);
    this.code = code;
    this.details = details;
  }
}

/** The server refused. */
export class Refusal extends Failure {
  /** @param {Problem} details */
  constructor(details) {
    super(details.code, details.detail, details);
    this.details = details;
  }
}

/** The server did not answer; nobody knows whether the command was done. */
export class NoAnswer extends Failure {
  /** @param {string} message */
  constructor(message) {
    super("no_answer", message);
  }
}

/**
 * Read JSON. Throws Refusal or NoAnswer.
 * @template {keyof Baari.Reads} Path
 * @param {Address<Path>} address
 * @param {{ signal?: AbortSignal }} [options]
 * @returns {Promise<Baari.Reads[Path]["answer"]>}
 */
export function read(address, { signal } = {}) {
  return send(address, { method: "GET", signal });
}

/**
 * Send a command. A lost answer is asked for again under the same key. Throws Refusal or NoAnswer.
 * @template {keyof Baari.Commands} Path
 * @param {Address<Path>} address
 * @param {Baari.Commands[Path]["body"]} body
 * @param {{ tries?: number, key?: string, deadline?: number }} [options]
 * @returns {Promise<Baari.Commands[Path]["answer"]>}
 */
export async function command(address, body, { tries = TRIES, key = newKey(), deadline } = {}) {
  for (let left = tries; ; left -= 1) {
    try {
      return await send(address, { method: "POST", body: JSON.stringify(body), key, deadline });
    } catch (error) {
      if (left <= 1 || !mayBeDone(error)) throw error;
    }
  }
}

/** Whether nobody knows if a command was done: it is asked for again, and only under its own key. @param {unknown} error */
export function mayBeDone(error) {
  return error instanceof NoAnswer || (error instanceof Refusal && error.details.status >= 500);
}

/** crypto.randomUUID is missing over plain http. */
export function newKey() {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/**
 * Return what gives the same key to the same order: sent again after a lost answer, it does nothing twice.
 *
 * @returns {(order: unknown) => string}
 */
export function keysOfOrders() {
  let [last, key] = ["", ""];
  return (order) => {
    const text = JSON.stringify(order);
    if (text !== last) [last, key] = [text, newKey()];
    return key;
  };
}

/**
 * @param {string} address
 * @param {{ method: string, body?: string, key?: string, signal?: AbortSignal, deadline?: number }} options
 */
async function send(address, { method, body, key, signal, deadline = DEADLINE_MS }) {
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(), deadline);
  signal?.addEventListener("abort", () => abort.abort());
  const headers = { Accept: "application/json", "X-CSRF-Token": page.csrf ?? "" };
  if (key) Object.assign(headers, { "Content-Type": "application/json", "Idempotency-Key": key });
  try {
    const answer = await fetch(address, { method, body, headers, signal: abort.signal, cache: "no-store" });
    const content = await answer.json();
    if (!answer.ok) throw new Refusal(content);
    return content;
  } catch (error) {
    throw error instanceof Refusal ? error : new NoAnswer(String(error));
  } finally {
    clearTimeout(timer);
  }
}

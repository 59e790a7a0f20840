// What the citizen has said so far, and which question comes next.

import { signal } from "/static/vendor/signals.js";
import { speak } from "/static/ui/words.js";
import { page } from "./page.js";

/**
 * language → service (or appointment) → need → busy → result; looking → shown for a slip that is shown again.
 * refused, silent and unheard are dead ends in words.
 *
 * @typedef {"language" | "service" | "appointment" | "need" | "busy" | "result" | "looking" | "shown" | "refused" | "silent" | "unheard"} Step
 */

/**
 * `others` are further ways in which a scanned reference may read; a `claim` is one that nobody knows.
 *
 * @typedef {{ language?: string, service?: string, need?: string, appointment?: string, others?: string[], scanned?: boolean, claim?: string }} Order
 */

/**
 * The slip for which somebody stands here: whose it is, where it is, and whether nobody waits for it any more.
 *
 * @typedef {{ id: string, label: string, secret: string, state: Baari.Printing["state"], givenUp: boolean }} Slip
 */

/** @typedef {Baari.StatusNow & { secret: string, returned: boolean }} Shown the token of a slip, and whether its owner has just returned */

export const step = signal(/** @type {Step} */ ("language"));
export const order = signal(/** @type {Order} */ ({}));
export const result = signal(/** @type {Baari.TokenOut | null} */ (null));
/** What the server refused, and the token of a slip that was shown. */
export const refusal = signal(/** @type {import("/static/ui/http.js").Problem | null} */ (null));
export const shown = signal(/** @type {Shown | null} */ (null));
export const slip = signal(/** @type {Slip | null} */ (null));
/** The reference as far as it is typed. */
export const typed = signal("");
/** What is told beside the question, in a language; it goes with the screen. */
export const notice = signal(/** @type {((language: string) => string) | null} */ (null));
export const low = signal(false);
export const contrast = signal(false);
export const muted = signal(false);

const ASKED = ["service", "appointment", "need"];
/** @type {{ step: Step, order: Order }[]} */
let trail = [];

/**
 * Go to a step, taking along what was just chosen.
 *
 * @param {Step} next
 * @param {Order} [chosen]
 */
export function go(next, chosen = {}) {
  trail.push({ step: step.value, order: order.value });
  notice.value = null;
  order.value = { ...order.value, ...chosen };
  step.value = next;
}

/** @param {string} code */
export function chooseLanguage(code) {
  speak(code);
  go("service", { language: code });
}

/** Whether there is a question before this one. */
export function canGoBack() {
  return ASKED.includes(step.value);
}

/** Ask the question before again, as if this one had not been reached. */
export function back() {
  const before = trail.pop();
  if (!before) return;
  order.value = before.order;
  notice.value = null;
  step.value = before.step;
}

/** Forget the citizen: the next one begins with nothing of theirs. */
export function reset() {
  trail = [];
  order.value = {};
  typed.value = "";
  notice.value = null;
  result.value = refusal.value = shown.value = slip.value = null;
  low.value = contrast.value = muted.value = false;
  speak(page.centre.languages[0]);
  step.value = "language";
}

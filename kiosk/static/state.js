// What the citizen has said so far, and which question comes next.

import { signal } from "/static/vendor/signals.js";
import { page } from "/static/ui/page.js";
import { speak } from "/static/ui/words.js";

/**
 * language → service (or appointment) → need → busy → result; looking → shown for a slip that is shown again.
 * refused, silent and unheard are dead ends in words.
 */
export const step = signal("language");
export const order = signal({});
export const result = signal(null);
/** What the server refused, {code, …}, and the token of a slip that was shown. */
export const refusal = signal(null);
export const shown = signal(null);
export const low = signal(false);
export const contrast = signal(false);
export const muted = signal(false);

const ASKED = ["service", "appointment", "need"];
let trail = [];

/** Go to a step, taking along what was just chosen. */
export function go(next, chosen = {}) {
  trail.push({ step: step.value, order: order.value });
  order.value = { ...order.value, ...chosen };
  step.value = next;
}

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
  order.value = before.order;
  step.value = before.step;
}

/** Forget the citizen: the next one begins with nothing of theirs. */
export function reset() {
  trail = [];
  order.value = {};
  result.value = refusal.value = shown.value = null;
  low.value = contrast.value = muted.value = false;
  speak(page.centre.languages[0]);
  step.value = "language";
}

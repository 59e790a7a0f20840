// What the citizen has said so far, and which question comes next.

import { signal } from "/static/vendor/signals.js";
import { page } from "/static/ui/page.js";
import { speak } from "/static/ui/words.js";

/** language → service (or appointment) → need → busy → result; closed and silent are dead ends in words. */
export const step = signal("language");
export const order = signal({});
export const result = signal(null);
export const low = signal(false);
export const contrast = signal(false);
export const muted = signal(false);

const BEFORE = { service: "language", appointment: "language", need: "service" };

/** Go to a step, taking along what was just chosen. */
export function go(next, chosen = {}) {
  order.value = { ...order.value, ...chosen };
  step.value = next;
}

export function chooseLanguage(code) {
  speak(code);
  go("service", { language: code });
}

/** Whether there is a question before this one. */
export function canGoBack() {
  return step.value in BEFORE;
}

export function back() {
  const from = step.value === "need" && order.value.appointment ? "appointment" : BEFORE[step.value];
  go(from, { appointment: undefined });
}

/** Forget the citizen: the next one begins with nothing of theirs. */
export function reset() {
  order.value = {};
  result.value = null;
  low.value = contrast.value = muted.value = false;
  speak(page.centre.languages[0]);
  step.value = "language";
}

// What becomes of a code that was scanned: a slip is shown, an appointment is taken, and anything else is told.

import { claimIn, normal, sorted } from "/static/ui/codes.js";
import { t } from "/static/ui/words.js";
import { leave } from "./attention.js";
import { bookedOrder, forgetOrder, take } from "./issue.js";
import { known } from "./page.js";
import { showScanned } from "./slips.js";
import { canGoBack, notice, order, step } from "./state.js";

const UNDER_WAY = ["busy", "looking"];
/** Who has what they came for goes; who was refused tries again, in their language. */
const SERVED = ["result", "shown"];

/**
 * Do what a code is for, whatever the screen shows.
 *
 * @param {string[]} readings how it may read, the likelier first
 */
export function scanned(readings) {
  const { kind, values } = sorted(readings, known);
  notice.value = null;
  if (UNDER_WAY.includes(step.value)) notice.value = (language) => t("Not read yet. Please scan again in a moment.", {}, language);
  else if (kind === "neither") notice.value = (language) => t("This code is not an appointment.", {}, language);
  else if (kind === "slip") slip(values, claimIn(readings));
  else booked(values);
}

/**
 * A letter says enough: its owner has told everything when booking. On a screen with a number it is the next citizen's, but a
 * second scan of the letter whose number is shown changes nothing, and of one that was not answered asks again.
 *
 * @param {string[]} references
 */
function booked(references) {
  const again = references.some((reference) => normal(reference) === normal(order.value.appointment ?? ""));
  if (again && step.value === "result") return;
  if (again && step.value === "silent") return void take();
  if (SERVED.includes(step.value)) leave();
  forgetOrder();
  const { language } = order.value;
  order.value = language ? { language } : {};
  const [first, ...others] = references;
  bookedOrder(first, { others, scanned: true });
  take();
}

/**
 * Whoever shows a slip is the next citizen, unless they have begun to answer questions.
 *
 * @param {string[]} secrets
 * @param {string} claim
 */
function slip(secrets, claim) {
  if (!canGoBack()) leave();
  showScanned(secrets, claim);
}

// Takes the token.

import { tokens } from "/static/ui/addresses.js";
import { command, Failure, mayBeDone, newKey } from "/static/ui/http.js";
import { isForeign, page } from "./page.js";
import { followSlip } from "./paper.js";
import { hasWords } from "./refusals.js";
import { order, refusal, result, step } from "./state.js";

/** The key of the order under way; it stays while nobody knows whether the order was done. @type {string | null} */
let key = null;

/** Ask for a token. A try after a lost answer goes under the same key, so nobody gets two numbers. */
export async function take() {
  step.value = "busy";
  key ??= newKey();
  try {
    result.value = await command(tokens(), body(), { key });
    key = null;
    const { token, print, status_url: address } = result.value;
    step.value = "result";
    followSlip({ id: token.id, label: token.label, secret: address.split("/").at(-1) ?? "", state: print.state, givenUp: false });
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    if (!mayBeDone(error)) key = null;
    if (error.code === "unknown_appointment" && readAnew()) await take();
    else refused(error);
  }
}

/** Whether a scanned reference that nobody knows may read in another way, as which it is tried then. */
function readAnew() {
  const [appointment, ...others] = order.value.others ?? [];
  if (appointment) order.value = { ...order.value, appointment, others };
  return appointment !== undefined;
}

/** @param {Failure} error */
function refused({ code, details }) {
  const foreign = code === "unknown_appointment" && order.value.scanned && isForeign(order.value.appointment ?? "");
  refusal.value = foreign && details ? { ...details, code: "not_an_appointment" } : details;
  step.value = hasWords(refusal.value?.code ?? code) ? "refused" : "silent";
}

/** Begin anew: an order that was never answered is not repeated for the next citizen. */
export function forgetOrder() {
  key = null;
}

/**
 * Order for somebody with an appointment, by its reference, which brings its own service; `others` are further ways in
 * which a scanned one may read.
 *
 * @param {string} appointment
 * @param {{ others?: string[], scanned?: boolean }} [how]
 */
export function bookedOrder(appointment, { others = [], scanned = false } = {}) {
  const { language } = order.value;
  order.value = { ...(language && { language }), appointment, others, scanned };
}

/** Go on without the appointment that nobody knows: what was shown rides along, for staff to look into. */
export function withoutAppointment() {
  const { language, appointment: claim } = order.value;
  order.value = { ...(language && { language }), claim };
  step.value = language ? "service" : "language";
}

/**
 * Say for which of several services a reference is.
 *
 * @param {string} service
 */
export function takeFor(service) {
  order.value = { ...order.value, service };
  return take();
}

/** @returns {Baari.TokenIn} the order as the API takes it; what was not said is left out of its JSON */
function body() {
  const { service, need, language = page.centre.languages[0], appointment, claim } = order.value;
  return { service, need, language, appointment, claim, print_at: page.printer };
}

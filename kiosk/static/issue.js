// Takes the token, and follows its slip until it is out.

import { token, tokens } from "/static/ui/addresses.js";
import { command, Failure, mayBeDone, newKey, read } from "/static/ui/http.js";
import { page } from "./page.js";
import { hasWords } from "./refusals.js";
import { order, refusal, result, step } from "./state.js";

const LOOK_MS = 700;
const LOOKS = 40;
const OVER = ["printed", "sent", "unconfirmed", "rejected", "none"];

/** The key of the order under way; it stays while nobody knows whether the order was done. @type {string | null} */
let key = null;

/** Ask for a token. A try after a lost answer goes under the same key, so nobody gets two numbers. */
export async function take() {
  step.value = "busy";
  key ??= newKey();
  try {
    result.value = await command(tokens(), body(), { key });
    key = null;
    step.value = "result";
    followSlip(result.value.token.id);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    if (!mayBeDone(error)) key = null;
    refusal.value = error.details;
    step.value = hasWords(error.code) ? "refused" : "silent";
  }
}

/** Begin anew: an order that was never answered is not repeated for the next citizen. */
export function forgetOrder() {
  key = null;
}

/**
 * Order for somebody with an appointment, by its reference.
 *
 * @param {string} reference
 */
export function bookedOrder(reference) {
  const language = order.value.language ?? page.centre.languages[0];
  order.value = { ...order.value, language, appointment: reference, service: page.services[0].code };
}

/** @returns {Baari.TokenIn} the order as the API takes it; what was not said is left out of its JSON */
function body() {
  const { service = "", need, language, appointment } = order.value;
  return { service, need, language, appointment, print_at: page.printer };
}

/**
 * Look at the print job until it is over; the number stands on the screen whatever happens to the paper.
 *
 * @param {string} id
 */
async function followSlip(id) {
  for (let looks = 0; looks < LOOKS && result.value?.token.id === id; looks += 1) {
    if (OVER.includes(result.value.print.state)) return;
    await new Promise((done) => setTimeout(done, LOOK_MS));
    try {
      const { print } = await read(token(id));
      if (result.value?.token.id === id) result.value = { ...result.value, print };
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
    }
  }
}

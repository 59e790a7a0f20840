// Takes the token, and follows its slip until it is out.

import { command, newKey, NoAnswer, read, Refusal } from "/static/ui/http.js";
import { page } from "/static/ui/page.js";
import { isTold } from "./refusals.js";
import { order, refusal, result, step } from "./state.js";

const LOOK_MS = 700;
const LOOKS = 40;
const OVER = ["printed", "sent", "unconfirmed", "rejected", "none"];
const at = `/api/v1/centres/${page.centre.code}/tokens`;

let key = null;

/** Ask for a token. A try after a lost answer goes under the same key, so nobody gets two numbers. */
export async function take() {
  step.value = "busy";
  key ??= newKey();
  try {
    result.value = await command(at, asked(), { key });
    key = null;
    step.value = "result";
    followSlip(result.value.token.id);
  } catch (error) {
    if (!(error instanceof Refusal || error instanceof NoAnswer)) throw error;
    if (error instanceof Refusal && error.status !== 503) key = null;
    refusal.value = error.details ?? null;
    step.value = isTold(error.code) ? "refused" : "silent";
  }
}

/** Begin anew: an order that was never answered is not repeated for the next citizen. */
export function forgetOrder() {
  key = null;
}

/** Order for somebody with an appointment, by its reference. */
export function bookedOrder(reference) {
  const language = order.value.language ?? page.centre.languages[0];
  order.value = { ...order.value, language, appointment: reference, service: page.services[0].code };
}

function asked() {
  const { service, need, language, appointment } = order.value;
  const body = { service, need, language, appointment, print_at: page.printer };
  return Object.fromEntries(Object.entries(body).filter(([, value]) => value));
}

/** Look at the print job until it is over; the number stands on the screen whatever happens to the paper. */
async function followSlip(token) {
  for (let looks = 0; looks < LOOKS && result.value?.token.id === token; looks += 1) {
    if (OVER.includes(result.value.print.state)) return;
    await new Promise((done) => setTimeout(done, LOOK_MS));
    try {
      const { print } = await read(`${at}/${token}`);
      if (result.value?.token.id === token) result.value = { ...result.value, print };
    } catch (error) {
      if (!(error instanceof Refusal || error instanceof NoAnswer)) throw error;
    }
  }
}

// What becomes of a code that was scanned at a counter: a slip is looked at, an appointment is offered, anything else is told.

import { canReturn } from "/static/live/allows.js";
import { tokenWord } from "/static/staff/states.js";
import { returnBySlip } from "/static/ui/addresses.js";
import { status } from "/static/ui/slip_addresses.js";
import { matching, sorted } from "/static/ui/codes.js";
import { Failure, read } from "/static/ui/http.js";
import { t } from "/static/ui/words.js";
import { send } from "./commands.js";
import { hindrance } from "./hindrance.js";
import { page } from "./page.js";
import { sentenceOf } from "./refusals.js";
import { panel, refusal, scannedReference, seat, second, show } from "./state.js";

/** Whether a text has the form of a reference of this centre. */
export const known = matching(page.references);

/** The panels that take a reference. */
const TAKING = ["issue", "attach"];

/**
 * Do what a code is for. It is no key: it acts on nobody but the owner of a slip who was away.
 *
 * @param {string[]} readings how it may read, the likelier first
 */
export function scanned(readings) {
  const { kind, values } = sorted(readings, known);
  const against = hindrance();
  if (against) refusal.value = against;
  else if (kind === "slip") slip(values);
  else if (kind === "neither") tell("not_an_appointment", t("This code is not an appointment."));
  else if (!seat.value) tell("no_seat", t("Choose your counter first, then scan again."));
  else if (panel.value && !TAKING.includes(panel.value.name)) tell("panel_open", t("Close this first, then scan again."));
  else offer(values[0]);
}

/**
 * Open the way to give somebody with an appointment their token; nothing is given before the clerk says so.
 *
 * @param {string} reference
 */
function offer(reference) {
  scannedReference.value = { text: reference, scan: scannedReference.value.scan + 1 };
  if (!panel.value) show("issue");
}

/** @type {(code: string, text: string) => void} */
function tell(code, text) {
  refusal.value = { code, text };
}

/**
 * Say where the owner of a slip is, and give them their place again if they were away.
 *
 * @param {string[]} secrets how the secret may read
 */
async function slip([secret, ...others]) {
  try {
    const token = await read(status(secret));
    if (panel.value?.name === "merge") second.value = token.label;
    else if (canReturn(token.state)) await giveBack(secret, token.label);
    else tell("slip", t("{label} is {state}.", { label: token.label, state: tokenWord(token.state) }));
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    if (error.code === "unknown_token" && others.length) await slip(others);
    else tell(error.code, error.code === "unknown_token" ? t("This slip is not known here") : sentenceOf(error, "slip"));
  }
}

/**
 * @param {string} secret
 * @param {string} label
 */
async function giveBack(secret, label) {
  if (await send("return", returnBySlip(), () => ({ slip: secret }))) tell("slip", t("{label} is back in line", { label }));
}

// What becomes of a code that was scanned at a counter: a slip is looked at, an appointment is offered, anything else is told.

import { canReturn } from "/static/live/allows.js";
import { tokenWord } from "/static/staff/states.js";
import { rebuildBySlip, returnBySlip } from "/static/ui/addresses.js";
import { status } from "/static/ui/slip_addresses.js";
import { claimIn, matching, sorted } from "/static/ui/codes.js";
import { command, Failure, read } from "/static/ui/http.js";
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
  else if (kind === "slip") slip(values, claimIn(readings));
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
 * @param {string} claim the secret with what the slip claims, empty for none
 */
async function slip([secret, ...others], claim) {
  try {
    const token = await read(status(secret));
    if (panel.value?.name === "merge") second.value = token.label;
    else if (canReturn(token.state)) await giveBack(secret, token.label);
    else tell("slip", t("{label} is {state}.", { label: token.label, state: tokenWord(token.state) }));
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    if (error.code === "unknown_token" && others.length) await slip(others, claim);
    else if (error.code === "unknown_token" && claim) await rebuild(claim);
    else tell(error.code, error.code === "unknown_token" ? t("This slip is not known here") : sentenceOf(error, "slip"));
  }
}

/**
 * Let somebody whom a restore has lost take their place back by what their slip claims: at the stage of this counter, where
 * they stand, if their way leads through it.
 *
 * @param {string} claim
 */
async function rebuild(claim) {
  try {
    const { token } = await rebuiltAt(claim, seat.value?.stage);
    tell("slip", t("{label} is back in line", { label: token.label }));
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    const again = error.code === "number_given_again";
    tell(error.code, again ? t("{label} was given again", { label: String(error.details?.label) }) : t("This slip is not known here"));
  }
}

/** @type {(claim: string, stage?: string) => Promise<{ token: { label: string } }>} */
async function rebuiltAt(claim, stage) {
  try {
    return await command(rebuildBySlip(), stage ? { slip: claim, stage } : { slip: claim });
  } catch (error) {
    if (!(error instanceof Failure) || error.code !== "invalid_input" || !stage) throw error;
    return rebuiltAt(claim);
  }
}

/**
 * @param {string} secret
 * @param {string} label
 */
async function giveBack(secret, label) {
  if (await send("return", returnBySlip(), () => ({ slip: secret }))) tell("slip", t("{label} is back in line", { label }));
}

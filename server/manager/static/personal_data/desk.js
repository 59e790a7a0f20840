// What is kept of citizens; what was found of one of them, and what is done with it. Each of it stands on record.

import { signal } from "/static/vendor/signals.js";
import { ended, endedBy, unlessEnded } from "/static/staff/session.js";
import * as at from "/static/ui/addresses.js";
import { command, Failure, read } from "/static/ui/http.js";
import { t, tn } from "/static/ui/words.js";

/** What is sealed takes seconds to open. */
const SEALED_MS = 30_000;

/** @typedef {Pick<Baari.AskedIn, "phone" | "reference" | "token" | "day" | "reason">} Whom */
/** @typedef {{ kind: "correct" | "erase" | "place" } | { kind: "lift", hold: Baari.HoldView }} Asked */

/** What the centre keeps, null before it is known. @type {import("@preact/signals").Signal<Baari.KeptView | null>} */
export const kept = signal(null);
/** Of whom something was asked, null for nobody yet. @type {import("@preact/signals").Signal<Whom | null>} */
export const whom = signal(null);
/** What is known of them, null before it is. @type {import("@preact/signals").Signal<Baari.KnownView[] | null>} */
export const known = signal(null);
/** The phone numbers that were asked for, by token. @type {import("@preact/signals").Signal<Record<string, string>>} */
export const phones = signal({});
/** Which panel is open. @type {import("@preact/signals").Signal<Asked | null>} */
export const asked = signal(null);
/** What was refused, in words. @type {import("@preact/signals").Signal<string | null>} */
export const refused = signal(null);
/** What was done, in words. @type {import("@preact/signals").Signal<string | null>} */
export const done = signal(null);
/** Whether an answer is awaited. */
export const busy = signal(false);

/** Ask what is kept. */
export function load() {
  return unlessEnded(async () => {
    kept.value = await read(at.personalData());
  });
}

/**
 * Open a panel, or close it.
 *
 * @param {Asked | null} next
 */
export function open(next) {
  refused.value = null;
  asked.value = next;
}

/** Ask what is known of somebody. @param {Whom} next */
export function look(next) {
  return act(async () => {
    [whom.value, known.value, phones.value] = [next, null, {}];
    const answer = await command(at.showPersonalData(), next, { deadline: SEALED_MS });
    if (answer.approval) return t("Somebody else must approve it first. Then do it again.");
    known.value = answer.known;
    return null;
  });
}

/** Ask for the phone number of a token: @param {string} token its id */
export function reveal(token) {
  return act(async () => {
    const { phone } = await command(at.revealPhone(token), { reason: whom.value?.reason }, { deadline: SEALED_MS });
    phones.value = { ...phones.value, [token]: phone };
    return null;
  });
}

/** Write another phone number, or none. @param {string} phone */
export function correct(phone) {
  return act(async () => {
    const sent = { ...here(), set_phone: phone || null };
    const { corrected } = await command(at.correctPersonalData(), sent, { deadline: SEALED_MS });
    forget();
    return tn("Corrected: {n} token.", "Corrected: {n} tokens.", corrected);
  });
}

/** Erase all that was found. */
export function erase() {
  return act(async () => {
    const { erased, approval } = await command(at.erasePersonalData(), here(), { deadline: SEALED_MS });
    if (approval) return t("Somebody else must approve it first. Then do it again.");
    forget();
    return tn("Erased for good: {n} record.", "Erased for good: {n} records.", erased);
  });
}

/** Place a hold. @param {Baari.HoldIn} hold */
export function place(hold) {
  return act(async () => {
    const { hold: n } = await command(at.legalHolds(), hold);
    return t("Hold {n} is in force.", { n });
  });
}

/** Lift a hold. @param {Baari.HoldView} hold */
export function lift({ id: n }) {
  return act(async () => {
    await command(at.liftHold(n), {});
    return t("Hold {n} is lifted.", { n });
  });
}

function here() {
  if (!whom.value) throw new Error("nobody was asked for");
  return whom.value;
}

function forget() {
  [whom.value, known.value, phones.value] = [null, null, {}];
}

/** @param {() => Promise<string | null>} send returns what is said of it */
async function act(send) {
  busy.value = true;
  refused.value = null;
  done.value = null;
  try {
    done.value = await send();
    asked.value = null;
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    ended.value = endedBy(error.details) ?? ended.value;
    refused.value = words(error);
  } finally {
    busy.value = false;
    load();
  }
}

/** @param {Failure} failure */
function words({ code, message }) {
  if (code === "under_legal_hold") return t("A legal hold keeps it: nothing was erased.");
  if (code === "illegal_transition") return t("They are still here: erase it after their visit.");
  if (code === "unknown_token") return t("No such number was given on that day.");
  if (code === "unknown_phone") return t("No phone number is known by this token.");
  if (code === "sealed_under_lost") return t("It was sealed under a secret that is lost.");
  if (code === "invalid_input") return t("This cannot be read. Please look at it again.");
  if (code === "no_answer") return t("No answer. Please try again.");
  return message;
}

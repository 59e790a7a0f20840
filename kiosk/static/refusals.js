// What the kiosk says when there is no token: the reason, when there will be one, and what to do now.

import { dayOf, timeOf } from "/static/ui/times.js";
import { named, t } from "/static/ui/words.js";
import { page } from "./page.js";

/** @typedef {import("/static/ui/http.js").Problem} Problem */

const TODAY = ["early", "lunch"];
/** @type {Record<string, () => string>} */
const CLOSED = {
  holiday: () => t("The centre is closed today"),
  early: () => t("Tokens are not given yet"),
  lunch: () => t("It is lunch time"),
  over: () => t("No more tokens today"),
};

/** Pictogram, sentence and what to do, by the code of the refusal. @type {Record<string, (details: Problem) => [string, string, string]>} */
const WORDS = {
  not_open_now: ({ why, opens_at: opens }) => ["clock", CLOSED[why](), opening(why, opens)],
  day_closed: noMore,
  day_not_open: () => ["clock", t("Not open yet"), t("Staff have been told. Please wait here.")],
  series_full: noMore,
  emergency: () => ["octagon-pause", t("There is an emergency"), t("Please listen to the staff. Tokens are given when it goes on.")],
  appointment_early: ({ slot, admitted_from: from }) => [
    "calendar-clock", t("Your appointment is at {time}", { time: timeOf(slot) }), t("Please come in from {time}.", { time: timeOf(from) }),
  ],
  appointment_other_day: ({ slot }) => [
    "calendar-clock",
    t("Your appointment is on {day} at {time}", { day: dayOf(slot), time: timeOf(slot) }),
    t("For another day, ask at the enquiry counter."),
  ],
  appointment_other_centre: ({ name }) => [
    "calendar-check", t("Your appointment is at the centre {name}", { name: named(name) }), t("Please go to that centre."),
  ],
  appointment_used: ({ label }) => [
    "calendar-check", t("This appointment has its token: {label}", { label }), t("Show its slip here, or ask at the enquiry counter."),
  ],
  not_an_appointment: () => [
    "circle-question-mark", t("This code is not an appointment."), t("Scan your letter, or ask at the enquiry counter."),
  ],
  appointment_cancelled: () => [
    "calendar-check", t("This appointment was cancelled"), t("Take a token without it, or ask the staff."),
  ],
  appointment_ambiguous: () => ["calendar-check", t("What is your appointment for?"), ""],
  unknown_appointment: () => ["circle-question-mark", t("This appointment is not known here"), t("Please compare it with your letter.")],
  ask_staff: () => ["circle-question-mark", t("Please ask the staff"), t("Show your letter at the enquiry counter.")],
  duplicates_used: ({ most }) => [
    "printer", t("This slip was printed again {n} times", { n: most }), t("For another one, please ask the staff."),
  ],
  number_given_again: ({ label }) => [
    "circle-question-mark", t("{label} was given again", { label: String(label) }), t("Show your slip to the staff: you keep your place."),
  ],
  unknown_token: () => ["circle-question-mark", t("This slip is not known here"), t("Ask at the enquiry counter.")],
};

/**
 * Whether there are words of its own for a refusal.
 *
 * @param {string} code
 */
export function hasWords(code) {
  return code in WORDS;
}

/**
 * Return pictogram, sentence and what to do for a refusal that has words of its own.
 *
 * @param {Problem} refusal
 */
export function wordsOf(refusal) {
  return WORDS[refusal.code](refusal);
}

/** @returns {[string, string, string]} */
function noMore() {
  const [from, until] = page.hours.tokens;
  return ["clock", t("No more tokens today"), t("Tokens are given from {from} to {until} on working days.", { from, until })];
}

/**
 * @param {string} why
 * @param {string | undefined} opens
 */
function opening(why, opens) {
  if (!opens) return t("Ask at the enquiry counter.");
  if (TODAY.includes(why)) return t("The next tokens are given at {time}.", { time: timeOf(opens) });
  return t("The next tokens are given on {day} at {time}.", { day: dayOf(opens), time: timeOf(opens) });
}

// Every refusal in the clerk's words: what is so, and what to do now.

import { endedBy, endWords } from "/static/staff/session.js";
import { tokenWord } from "/static/staff/states.js";
import { NoAnswer } from "/static/ui/http.js";
import { dayOf, timeOf } from "/static/ui/times.js";
import { named, t, tn } from "/static/ui/words.js";
import { actWord } from "./phrases.js";

/** @typedef {import("/static/ui/http.js").Problem} Problem */

/** A key was pressed that cannot work while the server is away. */
export function offline() {
  return { code: "offline", text: t("No connection: the key did nothing. It comes back by itself.") };
}

/**
 * A key was pressed and there is nothing that it could mean.
 *
 * @param {"current" | "acts" | "away" | "held" | "lead"} what
 */
export function nothing(what) {
  const text = {
    current: t("Nobody is at this counter now."), acts: t("There is nothing to undo any more."), away: t("Nobody is away."), held: t("Nobody is on hold here."),
    lead: t("The counter that called this party does that."),
  };
  return { code: `nothing_${what}`, text: text[what] };
}

/** A key was pressed at a counter that is somebody else's now: who, stands above. */
export function takenOver() {
  return t("Somebody else has taken this counter over.");
}

/** A slip is on its way. */
export function printing() {
  return { code: "printing", text: t("The slip is being printed.") };
}

/**
 * A token was taken back whose slip may be out.
 *
 * @param {string} label
 */
export function takeBack(label) {
  return { code: "take_back", text: t("Take slip {label} back.", { label }) };
}

/**
 * Return a refusal in the clerk's words; the server's own sentence where there are none.
 *
 * @param {import("/static/ui/http.js").Failure} failure
 * @param {string} verb
 */
export function sentenceOf(failure, verb) {
  if (failure instanceof NoAnswer && verb === "find") return t("No answer. Please type the last character again.");
  if (failure instanceof NoAnswer && verb === "slip") return t("No answer. Please scan again.");
  if (failure instanceof NoAnswer) return t("No answer. It was sent again; look at the token.");
  const say = SAID[`${verb} ${failure.code}`] ?? SAID[failure.code];
  return say && failure.details ? say(failure.details) : failure.message;
}

/** @type {Record<string, ((details: Problem) => string) | undefined>} */
const SAID = {
  "reprint unknown_printer": () => t("This token has no slip to print."),
  queue_empty: () => t("Nobody is waiting."),
  counter_not_open: () => t("Open the counter first."),
  "transfer counter_not_open": () => t("This counter is not open."),
  "sit counter_busy": ({ counter }) => t("Somebody is still with you at {counter}. Go there first.", { counter }),
  counter_busy: () => t("Finish the token that is here first."),
  no_current_token: () => t("Nobody is at this counter now."),
  counter_taken: ({ user }) => t("Somebody else is at this counter: {user}.", { user }),
  not_your_counter: takenOver,
  unauthenticated: () => t("Please sign in again."),
  stale: ({ current }) => t("{label} is {state} already. The key did nothing.", { label: current.label, state: tokenWord(current.state) }),
  too_early_to_miss: tooEarly,
  illegal_transition: ({ state }) => (state ? t("This token is {state}: that does not fit.", { state: tokenWord(state) }) : t("That does not fit now.")),
  later_act: ({ label, kind, counter }) =>
    counter
      ? t("{label}: {done} at {counter} since. Undo that first.", { label, done: actWord(kind), counter })
      : t("{label}: {done} since. Undo that first.", { label, done: actWord(kind) }),
  "undo counter_busy": ({ counter, label }) => t("{counter} has {label} now. Finish that first.", { counter, label }),
  return_slip_used: ({ label }) => t("The return slip has brought a token: {label}", { label }),
  nothing_to_undo: () => t("There is nothing to undo any more."),
  too_deep: ({ most }) => t("Too many errands at once ({n}). Finish one first.", { n: most }),
  not_in_this_line: () => t("This token does not wait here any more."),
  centre_frozen: () => t("The floor is stopped. Nobody is called or missed."),
  emergency_limit: ({ limit }) => t("{limit} emergencies this hour already. Please ask the manager.", { limit }),
  series_full: ({ series }) => t("Series {series} has no number left today.", { series }),
  number_not_leased: () => t("This number is not from today's paper pad."),
  "open not_open_now": () => t("The centre is closed today"),
  not_open_now: () => t("No tokens are given at this hour."),
  day_not_open: () => t("The day before is not closed yet. Ask the manager."),
  day_closed: () => t("The day is closed. A manager can reopen it."),
  appointment_early: ({ slot, admitted_from: from }) =>
    t("The appointment is at {time}. Let them in from {from}.", { time: timeOf(slot), from: timeOf(from) }),
  appointment_other_day: ({ slot }) => t("The appointment is on {day} at {time}.", { day: dayOf(slot), time: timeOf(slot) }),
  appointment_other_centre: ({ name }) => t("The appointment is at the centre {name}.", { name: named(name) }),
  appointment_used: ({ label }) => t("This appointment has its token: {label}", { label }),
  appointment_cancelled: () => t("This appointment was cancelled"),
  "attach unknown_appointment": () => t("This appointment is not known here. Please compare it with the letter."),
  token_has_appointment: ({ label }) => t("{label} has an appointment already.", { label }),
  appointment_ambiguous: () => t("This number fits several services. Please choose one."),
  unknown_appointment: () => t("This appointment is not known here. Type it again, or give a token without it."),
  forbidden: (details) => endedBy(details) ? endWords({ user: details.signed_in }) : t("Only a manager can do this."),
};

/**
 * Say what is still to do before somebody may be noted as absent.
 *
 * @param {Problem} details
 */
function tooEarly({ calls_left: calls, seconds_left: seconds }) {
  const minutes = Math.ceil(seconds / 60);
  const call = tn("Call {n} more time.", "Call {n} more times.", calls);
  const wait = tn("Wait {n} more minute.", "Wait {n} more minutes.", minutes);
  return [t("Not missed yet."), calls > 0 && call, seconds > 0 && wait].filter(Boolean).join(" ");
}

// The words of codes: verbs, states, outcomes, rules of calling and needs of access, in the clerk's language.

import { timeOf } from "/static/ui/times.js";
import { named, t } from "/static/ui/words.js";
import { page } from "./page.js";
import { doneBy } from "./verbs.js";

/**
 * The words of verbs and outcomes, said here so that they are found and translated; those of `lifecycle.js` are.
 *
 * @param {string} name
 */
export function words(name) {
  /** @type {Record<string, string>} */
  const byCode = {
    Next: t("Next"), Transfer: t("Transfer"), Correct: t("Correct"), Appointment: t("Appointment"), Merge: t("Merge"), Break: t("Break"), Open: t("Open"), Close: t("Close"), Undo: t("Undo"),
    "Is here": t("Is here"), Resume: t("Resume"), "The line": t("The line"), "Give a token": t("Give a token"),
    error: t("Papers have an error"), refused: t("Refused"), deferred: t("On hold"), granted: t("Granted"), ok: t("Done"),
  };
  return byCode[name] ?? t(name);
}

/**
 * What an act did, in the list of the last ones.
 *
 * @param {Baari.Kind} kind
 */
export function actWord(kind) {
  /** @type {Partial<Record<Baari.Kind, string>>} */
  const byCode = {
    "token.issued": t("Given"), "token.rebuilt": t("Given"), "token.called": t("Called"), "token.resumed": t("Resumed"), "token.transferred": t("Sent on"), "token.corrected": t("Service changed"), "token.remarked": t("Corrected"), "token.returned": t("Is here again"),
    "token.paused": t("Away for a while"), "token.cancelled": t("Cancelled"),
    "token.attached": t("Appointment given"), "token.merged": t("Merged"),
  };
  return byCode[kind] ?? t(doneBy(kind) ?? kind);
}

/**
 * Why the first of the line is next: the server's sentence for the rule, with its figures.
 *
 * @param {Baari.ReasonOut} reason
 */
export function why({ rule, params }) {
  const sentence = page.reasons[rule];
  if (!sentence) return t("next");
  return t(sentence, { target: Math.floor(Number(params.target_s ?? 0) / 60), class: String(params.class ?? "") });
}

/** What an access need asks of the clerk. @type {Record<string, () => import("./people.js").Sign>} */
const ACCESS = {
  hearing: () => ({ icon: "ear-off", text: t("wave, don't call") }),
  sight: () => ({ icon: "eye-off", text: t("speak, lead the way") }),
  wheelchair: () => ({ icon: "accessibility", text: t("wheelchair") }),
  escort: () => ({ icon: "hand-helping", text: t("with an escort") }),
};

/**
 * What an access need asks of the clerk, and its pictogram.
 *
 * @param {string} code
 */
export const access = (code) => ACCESS[code]();

/**
 * The name of a service; one that was dropped since stands there by its code.
 *
 * @param {string} code
 */
export function service(code) {
  return named(page.services.find((service) => service.code === code)?.name ?? { en: code });
}

/**
 * The time of an appointment.
 *
 * @param {string} text
 */
export function slot(text) {
  return t("appointment {time}", { time: timeOf(text) });
}

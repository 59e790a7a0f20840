// The words of codes: verbs, states, outcomes, rules of calling and needs of access, in the clerk's language.

import { clock } from "/static/ui/live.js";
import { page } from "/static/ui/page.js";
import { named, t } from "/static/ui/words.js";

/** The words of verbs and outcomes, said here so that they are found and translated. */
export function words(name) {
  const said = {
    Next: t("Next"), Start: t("Start"), Done: t("Done"), "Call again": t("Call again"), Missed: t("Missed"), Hold: t("Hold"),
    Transfer: t("Transfer"), Correct: t("Correct"), Break: t("Break"), Open: t("Open"), Close: t("Close"), Undo: t("Undo"),
    "Is here": t("Is here"), Resume: t("Resume"), "The line": t("The line"), "Give a token": t("Give a token"),
    error: t("Papers have an error"), refused: t("Refused"), deferred: t("On hold"), granted: t("Granted"), ok: t("Done"),
  };
  return said[name] ?? name;
}

/** What an event did, in the list of the last actions. */
export function actionWord(kind) {
  const said = {
    "token.called": t("Called"), "token.recalled": t("Called again"), "token.started": t("Started"), "token.held": t("Put on hold"),
    "token.resumed": t("Resumed"), "token.finished": t("Finished"), "token.missed": t("Missed"), "token.transferred": t("Sent on"),
    "token.corrected": t("Service changed"), "token.remarked": t("Corrected"), "token.returned": t("Is here again"),
    "token.paused": t("Away for a while"), "token.cancelled": t("Cancelled"),
  };
  return said[kind] ?? kind;
}

/** Why the first of the line is next. */
export function why({ rule, params }) {
  const said = {
    longest_wait: t("next: the longest wait"),
    quota: t("next: the longest wait, its turn is due"),
    relative_age: t("next: its limit of {target} min is nearest", { target: Math.floor(params.target_s / 60) }),
    protected_class: t("next: series {class} goes first", { class: params.class }),
    preferred_here: t("next: series {class} goes first here", { class: params.class }),
    language: t("next: you speak its language"),
    sent_here: t("next: it was sent to you"),
    emergency: t("next: an emergency"),
  };
  return said[rule] ?? t("next");
}

/** What a need of access asks of the clerk, and its pictogram. */
export function access(code) {
  return {
    hearing: { icon: "ear-off", text: t("wave, don't call") },
    sight: { icon: "eye-off", text: t("speak, lead the way") },
    wheelchair: { icon: "accessibility", text: t("wheelchair") },
    escort: { icon: "hand-helping", text: t("with an escort") },
  }[code];
}

/** The name of a service. */
export function service(code) {
  return named(page.services.find((one) => one.code === code)?.name ?? { en: code });
}

/** The time of an appointment. */
export function slot(text) {
  return t("appointment {time}", { time: clock(Date.parse(text)) });
}

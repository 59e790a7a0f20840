// The words of states, of tokens and counters, and of why a floor was stopped.

import { t } from "../ui/words.js";

/** The state of a counter. */
export function counterWord(state) {
  return { open: t("open"), paused: t("on a break"), closed: t("closed") }[state] ?? state;
}

/** The state of a token. */
export function tokenWord(state) {
  const said = {
    waiting: t("in line"), called: t("called"), serving: t("being served"), held: t("on hold"), paused: t("away for a while"),
    missed: t("missed"), done: t("done"), refused: t("refused"), cancelled: t("cancelled"), expired: t("expired"), no_show: t("missed"),
  };
  return said[state] ?? state;
}

/** Why the floor was stopped; a reason in free words stays as it is. */
export function stopWord(reason) {
  return { fire: t("fire"), power: t("power cut"), evacuation: t("evacuation") }[reason] ?? reason;
}

/** Why a counter does not call; a reason in free words stays as it is. */
export function restWord(reason) {
  return { break: t("Break"), absent: t("Absent"), equipment: t("Equipment"), taken_over: t("Token moved") }[reason] ?? reason;
}

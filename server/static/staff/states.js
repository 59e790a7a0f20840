// The words of states, of tokens and counters.

import { t } from "../ui/words.js";

/** @param {Baari.CounterState} state */
export function counterWord(state) {
  return worded({ open: t("open"), paused: t("on a break"), closed: t("closed") }, state);
}

/** @param {import("../live/allows.js").State} state of a token */
export function tokenWord(state) {
  const words = {
    waiting: t("in line"), called: t("called"), serving: t("being served"), held: t("on hold"), paused: t("away for a while"),
    missed: t("missed"), done: t("done"), refused: t("refused"), cancelled: t("cancelled"), expired: t("expired"), no_show: t("missed"),
  };
  return worded(words, state);
}

/**
 * Why a counter does not call; a reason in free words stays as it is.
 *
 * @param {string} reason
 */
export function restWord(reason) {
  return worded({ break: t("Break"), absent: t("Absent"), equipment: t("Equipment"), taken_over: t("Token moved"), reopened: t("Day opened again") }, reason);
}

/**
 * @param {Record<string, string>} words
 * @param {string} code
 */
function worded(words, code) {
  return words[code] ?? code;
}

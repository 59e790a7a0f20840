// What the centre tells everybody, in words: why, and in an emergency what to do.

import { clock } from "./live.js";
import { page } from "./page.js";
import { language, named, t } from "./words.js";

/**
 * What a notice is.
 *
 * @param {Baari.NoticeKind} kind
 * @param {string} [lang]
 */
export function kindName(kind, lang = language.value) {
  const names = { emergency: t("Emergency", {}, lang), outage: t("Outage", {}, lang), pause: t("Pause of the floor", {}, lang) };
  return names[kind];
}

/**
 * What is told, since when and why.
 *
 * @param {Baari.Notice} notice
 * @param {string} [lang]
 */
export function flagWords(notice, lang = language.value) {
  const values = { what: kindName(notice.kind, lang), time: clock(Date.parse(notice.since)), reason: causeName(notice, lang) };
  return t("{what} since {time}: {reason}.", values, lang);
}

/**
 * Why a notice was given; by its code where this page is older than the cause.
 *
 * @param {Pick<Baari.Notice, "cause">} notice
 * @param {string} [lang]
 */
export function causeName({ cause }, lang = language.value) {
  const known = page.causes[cause];
  return known ? named(known.name, lang) : cause;
}

// Days and times of the centre as its citizens write them, in international digits.

import { page } from "./page.js";
import { language } from "./words.js";

/** @param {string} text */
export function timeOf(text) {
  return format("en-GB", { hour: "2-digit", minute: "2-digit", hourCycle: "h23" }, text);
}

/** @param {string} text */
export function dayOf(text) {
  return format(`${language.value}-IN-u-nu-latn`, { weekday: "long", day: "numeric", month: "long" }, text);
}

/**
 * @param {string} locale
 * @param {Intl.DateTimeFormatOptions} options
 * @param {string} text
 */
function format(locale, options, text) {
  return new Intl.DateTimeFormat(locale, { timeZone: page.centre.timezone, ...options }).format(Date.parse(text));
}

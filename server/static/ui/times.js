// Days and times of the centre as its citizens write them, in international digits.

import { page } from "./page.js";
import { language } from "./words.js";

/** @param {string} text */
export function timeOf(text) {
  return format("en-GB", { hour: "2-digit", minute: "2-digit", hourCycle: "h23" }, text);
}

const HALF_A_YEAR = 183 * 864e5;

/** A day, with its year where it is far. @param {string} text @param {string} [lang] */
export function dayOf(text, lang = language.value) {
  const far = Math.abs(Date.parse(text) - Date.parse(page.now)) > HALF_A_YEAR;
  return format(`${lang}-IN-u-nu-latn`, { weekday: "long", day: "numeric", month: "long", ...(far && { year: "numeric" }) }, text);
}

/** A day as lists write it, with its year. @param {string} text */
export function dateOf(text) {
  return format(`${language.value}-IN-u-nu-latn`, { day: "numeric", month: "short", year: "numeric" }, text);
}

/** A time to the second. @param {string} text */
export function secondOf(text) {
  return format("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" }, text);
}

/** @param {string} locale @param {Intl.DateTimeFormatOptions} options @param {string} text */
function format(locale, options, text) {
  return new Intl.DateTimeFormat(locale, { timeZone: page.centre.timezone, ...options }).format(Date.parse(text));
}

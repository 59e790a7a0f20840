// Small helpers of the phone page, which brings no framework: words, times, and elements.

import { together } from "/static/ui/counters.js";
import { page as frame } from "/static/ui/page.js";
import { words as wordsIn } from "/static/ui/slip_addresses.js";

/** What the page of a citizen has. */
export const page = /** @type {Baari.PhonePage} */ (frame);

/** Needs no words. */
const SOURCE = "en";
let language = page.language;

export function spoken() {
  return language;
}

/**
 * Speak another language from now on, after a reload too; returns whether its words came.
 *
 * @param {string} code
 */
export async function speak(code) {
  if (code !== SOURCE && !page.words[code]) {
    const answer = await fetch(wordsIn(code)).catch(() => null);
    if (!answer?.ok) return false;
    page.words[code] = await answer.json();
  }
  language = code;
  document.documentElement.lang = code;
  history.replaceState(null, "", `?lang=${code}`);
  return true;
}

/** Like ui/words.js, but small. @type {import("./words.js").Say} */
export const say = {
  t: (text, values = {}) => filled(String(page.words[language]?.[text] ?? text), values),
  tn: (one, many, n) => filled((page.words[language]?.[one] ?? [one, many])[n === 1 ? 0 : 1], { n }),
  time: (text) => say.clock(new Date(Date.parse(text) - page.ahead_s * 1000).toISOString()),
  at: ({ counter, beside }) => (counter ? together(counter, beside).join(" ") : ""),
  date: (day) => inMonth(day, "UTC"),
  clock: (text) => format("en-GB", { timeZone: page.centre.timezone, hour: "2-digit", minute: "2-digit" }, Date.parse(text)),
  day: (text) => inMonth(text, page.centre.timezone),
};

/** @type {(text: string, timeZone: string) => string} */
const inMonth = (text, timeZone) => format(`${language}-IN-u-nu-latn`, { timeZone, day: "numeric", month: "long" }, Date.parse(text));

/**
 * @param {string} text
 * @param {Record<string, string | number>} values
 */
function filled(text, values) {
  return text.replace(/\{(\w+)\}/g, (braces, name) => String(values[name] ?? braces));
}

/**
 * @param {string} locale
 * @param {Intl.DateTimeFormatOptions} options
 * @param {number} moment
 */
function format(locale, options, moment) {
  return new Intl.DateTimeFormat(locale, options).format(moment);
}

/** @param {Record<string, string>} names */
export function named(names) {
  return names[language] ?? names.en;
}

/**
 * @typedef {object} Looks
 * @property {string} [className]
 * @property {string} [text]
 * @property {Record<string, string>} [data]
 * @property {string} [lang]
 * @property {string} [role]
 * @property {boolean} [disabled]
 * @property {string} [ariaHidden]
 * @property {string} [ariaPressed]
 * @property {() => void} [onclick]
 */

/**
 * Make an element.
 *
 * @param {string} tag
 * @param {Looks} [looks]
 * @param {(Node | string)[]} [children]
 */
export function make(tag, { className = "", text = "", data = {}, ...more } = {}, children = []) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  if (text) element.textContent = text;
  Object.assign(element.dataset, data);
  Object.assign(element, more);
  element.append(...children);
  return element;
}

/**
 * Return a part of the page that its template holds.
 *
 * @param {string} id
 */
export function part(id) {
  return /** @type {HTMLElement} */ (document.getElementById(id));
}

/**
 * Give the focus to the button of a name, if it is there.
 *
 * @param {ParentNode} where
 * @param {string} name
 */
export function focusOn(where, name) {
  /** @type {HTMLElement | null} */ (where.querySelector(`[data-name="${name}"]`))?.focus({ preventScroll: true });
}

/** @type {Map<string, string>} */
const shown = new Map();

/**
 * Fill a part of the page, only when it has something new: what is read aloud is read once, and the focus stays.
 *
 * @param {string} id
 * @param {unknown} facts
 * @param {() => (Node | string)[]} build
 */
export function put(id, facts, build) {
  const key = JSON.stringify([language, facts]);
  if (shown.get(id) === key) return;
  shown.set(id, key);
  const element = part(id);
  const focused = element.contains(document.activeElement) ? document.activeElement : null;
  element.replaceChildren(...build());
  if (focused instanceof HTMLElement && focused.dataset.name) focusOn(element, focused.dataset.name);
}

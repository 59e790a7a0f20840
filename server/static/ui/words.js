// Words in the reader's language. English is the source; the other languages come with the page.

import { signal } from "../vendor/signals.js";
import { page } from "./page.js";

/** @typedef {Record<string, string | number>} Values what stands in the {braces} of a sentence */

export const language = signal(page.language);

/**
 * Return `text` in a language, with {names} replaced by values.
 *
 * @param {string} text
 * @param {Values} [values]
 * @param {string} [lang]
 */
export function t(text, values = {}, lang = language.value) {
  const translated = page.words[lang]?.[text];
  return filled(typeof translated === "string" ? translated : text, values);
}

/**
 * Return the form of a sentence that fits the number `n`; `{n}` stands for it.
 *
 * @param {string} one
 * @param {string} many
 * @param {number} n
 * @param {Values} [values]
 * @param {string} [lang]
 */
export function tn(one, many, n, values = {}, lang = language.value) {
  const forms = page.words[lang]?.[one] ?? [one, many];
  return filled(forms[n === 1 ? 0 : 1], { n, ...values });
}

/**
 * Return a name that is given in several languages.
 *
 * @param {Record<string, string>} names
 * @param {string} [lang]
 */
export function named(names, lang = language.value) {
  return names[lang] ?? names.en ?? Object.values(names)[0];
}

/**
 * Show the page in another language.
 *
 * @param {string} lang
 */
export function speak(lang) {
  language.value = lang;
  document.documentElement.lang = lang;
}

/**
 * @param {string} text
 * @param {Values} values
 */
function filled(text, values) {
  return text.replace(/\{(\w+)\}/g, (braces, name) => String(values[name] ?? braces));
}

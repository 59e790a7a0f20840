// Words in the reader's language. English is the source; the other languages come with the page.

import { signal } from "../vendor/signals.js";
import { page } from "./page.js";

export const language = signal(page.language);

/** Return `text` in a language, with {names} replaced by values. */
export function t(text, values = {}, lang = language.value) {
  return filled(page.words[lang]?.[text] ?? text, values);
}

/** Return the form of a sentence that fits the number `n`; `{n}` stands for it. */
export function tn(one, many, n, values = {}, lang = language.value) {
  const forms = page.words[lang]?.[one] ?? [one, many];
  return filled(forms[n === 1 ? 0 : 1], { n, ...values });
}

/** Return a name that is given in several languages. */
export function named(names, lang = language.value) {
  return names[lang] ?? names.en ?? Object.values(names)[0];
}

/** Show the page in another language. */
export function speak(lang) {
  language.value = lang;
  document.documentElement.lang = lang;
}

function filled(text, values) {
  return text.replace(/\{(\w+)\}/g, (all, name) => values[name] ?? all);
}

// Small helpers of the phone page, which brings no framework: words, times, and elements.

import { together } from "/static/ui/counters.js";
import { page } from "/static/ui/page.js";

let language = page.language;

export function spoken() {
  return language;
}

/** Speak another language from now on, after a reload too. */
export function speak(code) {
  language = code;
  document.documentElement.lang = code;
  history.replaceState(null, "", `?lang=${code}`);
}

/** Like ui/words.js, without the signals: this page has to stay small. */
export const say = {
  t: (text, values = {}) => (page.words[language]?.[text] ?? text).replace(/\{(\w+)\}/g, (all, name) => values[name] ?? all),
  tn: (one, many, n) => (page.words[language]?.[one] ?? [one, many])[n === 1 ? 0 : 1].replace("{n}", n),
  time: (text) => format("en-GB", { timeZone: page.centre.timezone, hour: "2-digit", minute: "2-digit" }, text),
  at: ({ counter, beside }) => (counter ? together(counter, beside).join(" ") : ""),
  date: (day) => format(`${language}-IN-u-nu-latn`, { timeZone: "UTC", day: "numeric", month: "long" }, day),
};

function format(locale, options, text) {
  return new Intl.DateTimeFormat(locale, options).format(Date.parse(text));
}

export function named(names) {
  return names[language] ?? names.en;
}

export function make(tag, { className = "", text = "", data = {}, ...more } = {}, children = []) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  if (text) element.textContent = text;
  Object.assign(element.dataset, data);
  Object.assign(element, more);
  element.append(...children);
  return element;
}

const shown = new Map();

/** Fill a part of the page, only when it has something new: what is read aloud is read once, and the focus stays. */
export function put(id, facts, build) {
  const key = JSON.stringify([language, facts]);
  if (shown.get(id) === key) return;
  shown.set(id, key);
  const part = document.getElementById(id);
  const focused = part.contains(document.activeElement) ? document.activeElement.dataset.name : null;
  part.replaceChildren(...build());
  if (focused) part.querySelector(`[data-name="${focused}"]`)?.focus({ preventScroll: true });
}

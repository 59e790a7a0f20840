// Reads a sentence aloud where the device has a voice for the language; silence beats a wrong one.

import { language } from "/static/ui/words.js";
import { muted } from "./state.js";

/** Return the device's own voice for the present language, undefined when it has none. */
export function voice() {
  const voices = globalThis.speechSynthesis?.getVoices() ?? [];
  return voices.find(({ localService, lang }) => localService && lang.startsWith(language.value));
}

/**
 * Read sentences aloud one after the other, each whose language the device speaks, muted or not: somebody must leave.
 *
 * @param {{ lang: string, text: string }[]} lines
 */
export function sayAll(lines) {
  const voices = globalThis.speechSynthesis?.getVoices() ?? [];
  for (const { lang, text } of lines) {
    const own = voices.find((other) => other.localService && other.lang.startsWith(lang));
    if (own) speechSynthesis.speak(Object.assign(new SpeechSynthesisUtterance(text), { voice: own, lang: own.lang }));
  }
}

/** @param {string} text */
export function say(text) {
  const own = voice();
  if (!own || muted.value) return;
  const sentence = new SpeechSynthesisUtterance(text);
  sentence.voice = own;
  sentence.lang = own.lang;
  speechSynthesis.cancel();
  speechSynthesis.speak(sentence);
}

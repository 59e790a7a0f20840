// Reads a sentence aloud where the device has a voice for the language; silence beats a wrong one.

import { language } from "/static/ui/words.js";
import { muted } from "./state.js";

/** Return the device's own voice for the present language, undefined when it has none. */
export function voice() {
  const voices = globalThis.speechSynthesis?.getVoices() ?? [];
  return voices.find((one) => one.localService && one.lang.startsWith(language.value));
}

export function say(text) {
  const found = voice();
  if (!found || muted.value) return;
  const spoken = new SpeechSynthesisUtterance(text);
  spoken.voice = found;
  spoken.lang = found.lang;
  speechSynthesis.cancel();
  speechSynthesis.speak(spoken);
}

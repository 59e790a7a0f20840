// The keys by which a reference is typed with a finger.

import { useState } from "/static/vendor/hooks.js";
import { html } from "/static/vendor/htm-preact.js";
import { Icon } from "/static/ui/parts.js";
import { t } from "/static/ui/words.js";
import { alphabets, shown } from "./letters.js";
import { page } from "./page.js";
import { typed } from "./state.js";

const DIGITS = [..."1234567890"];
const SIGNS = [..."-/"];
const SAMPLE = 3;
const ALPHABETS = alphabets(page.centre.languages, page.references);

/** @param {{ sign: string, act: (sign: string) => void }} props */
function Key({ sign, act }) {
  return html`<button type="button" class="button letter" onClick=${() => act(sign)}>${shown(sign)}</button>`;
}

/** The way to another alphabet, by its first letters. @param {{ letters: string[], chosen: boolean, choose: () => void }} props */
function Alphabet({ letters, chosen, choose }) {
  const sample = letters.filter((letter) => /^\p{L}/u.test(letter)).slice(0, SAMPLE).join("");
  return html`<button type="button" class="button letter wide" aria-pressed=${chosen} onClick=${choose}>${sample}</button>`;
}

/** `longest` is how much may be typed. @param {{ longest: number }} props */
export function Keypad({ longest }) {
  const [place, choose] = useState(0);
  /** @param {string} sign */
  const type = (sign) => (typed.value = (typed.value + sign).slice(0, longest));
  const erase = () => (typed.value = [...typed.value].slice(0, -1).join(""));
  const others = ALPHABETS.length > 1 ? ALPHABETS : [];
  return html`<div class="keys">
    ${others.map((letters, at) => html`<${Alphabet} key=${`alphabet ${at}`} letters=${letters} chosen=${at === place} choose=${() => choose(at)} />`)}
    ${[...DIGITS, ...ALPHABETS[place], ...SIGNS].map((sign) => html`<${Key} key=${sign} sign=${sign} act=${type} />`)}
    <button type="button" class="button letter wide" onClick=${() => type(" ")}>${t("Space")}</button>
    <button type="button" class="button letter wide" aria-label=${t("Delete the last letter")} onClick=${erase}><${Icon} name="delete" /></button>
  </div>`;
}

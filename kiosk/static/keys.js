// Keys that equal touch: a keypad's digit chooses what the screen numbers, Escape goes back, and letters go into the field.

import { nameOf, written } from "/static/ui/strokes.js";
import { back, canGoBack, step, typed } from "./state.js";

const CHOICE = /^[1-9]$/;

/**
 * Whether a key means anything here.
 *
 * @param {KeyboardEvent} event
 */
export function isKey(event) {
  return CHOICE.test(nameOf(event));
}

/**
 * Do what a key means.
 *
 * @param {KeyboardEvent} event
 */
export function press(event) {
  const name = nameOf(event);
  const inField = /** @type {Element} */ (event.target).matches("input");
  if (inField || event.repeat) return;
  if (name === "Escape" && canGoBack()) back();
  else if (step.value === "appointment") write(event);
  else if (CHOICE.test(name)) choose(name);
}

/**
 * Write what is typed while the field has not the focus: a hand may have touched a letter before.
 *
 * @param {KeyboardEvent} event
 */
function write(event) {
  if (event.key === "Backspace") typed.value = typed.value.slice(0, -1);
  else if ([...event.key].length === 1) typed.value += written(event).toUpperCase();
}

/**
 * Touch the choice that carries this digit.
 *
 * @param {string} digit
 */
function choose(digit) {
  const chosen = [...document.querySelectorAll(".place")].find((place) => place.textContent === digit);
  chosen?.closest("button")?.click();
}

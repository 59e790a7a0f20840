// What a key does: one of the verbs, an outcome of the service, or something in the side columns.

import { nameOf } from "/static/ui/strokes.js";
import { act } from "./commands.js";
import { hindrance } from "./hindrance.js";
import { finishAs } from "./outcome.js";
import { outcomesHere } from "./middle.js";
import { sides } from "./side.js";
import { current, panel, refusal, seat, show } from "./state.js";
import { sensible, sideOfKey, verbOfKey } from "./verbs.js";

/**
 * Do what a key means; an open panel has its keys for itself.
 *
 * @param {KeyboardEvent} event
 */
export function onKey(event) {
  // A key that is held down repeats: without `repeat` one long press would call the whole line.
  if (panel.value || event.ctrlKey || event.altKey || event.metaKey || event.repeat) return;
  const name = nameOf(event);
  if (name === "Escape") refusal.value = null;
  if (name === "?") show("help");
  const run = meaning(event);
  if (!run) return;
  event.preventDefault();
  const against = hindrance();
  if (against) refusal.value = against;
  else run();
}

/**
 * Whether a key means anything here, whoever is at the counter.
 *
 * @param {KeyboardEvent} event
 */
export function isKey(event) {
  const name = nameOf(event);
  return name === "?" || verbOfKey(name) !== null || sideOfKey(name) !== null || outcomesHere().some(({ key }) => key === name);
}

/**
 * Return what a key means at this counter now, null when it means nothing. Enter on a button belongs to the button.
 *
 * @param {KeyboardEvent} event
 * @returns {(() => void) | null}
 */
function meaning(event) {
  if (!seat.value) return null;
  const name = nameOf(event);
  const side = sideOfKey(name);
  const outcome = outcomesHere().find(({ key }) => key === name);
  if (side) return sides[side];
  if (outcome) return () => finishAs(outcome.name);
  const verb = name === "Enter" && !onButton(event) ? sensible(seat.value, current.value) : verbOfKey(name);
  return verb && (() => act(verb));
}

/**
 * Whether a button has the focus: the keys before this one may have led there.
 *
 * @param {KeyboardEvent} event
 */
function onButton({ target }) {
  return (document.activeElement ?? /** @type {Element} */ (target)).matches("button");
}

// What a key does: one of the verbs, an outcome of the service, or something in the side columns.

import { live } from "/static/ui/live.js";
import { act } from "./commands.js";
import { outcomesHere } from "./middle.js";
import { offline } from "./refusals.js";
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
  if (event.key === "Escape") refusal.value = null;
  if (event.key === "?") show("help");
  const run = meaning(event);
  if (!run) return;
  event.preventDefault();
  if (live.value) run();
  else refusal.value = offline();
}

/**
 * Return what a key means at this counter now, null when it means nothing. Enter on a button belongs to the button.
 *
 * @param {KeyboardEvent} event
 * @returns {(() => void) | null}
 */
function meaning({ key, target }) {
  if (!seat.value) return null;
  const big = sensible(seat.value, current.value);
  const side = sideOfKey(key);
  const outcome = outcomesHere().find((other) => other.key === key);
  if (side) return sides[side];
  if (outcome && big) return () => act(big, { outcome: outcome.name });
  const onButton = /** @type {Element} */ (target).matches("button");
  const verb = key === "Enter" && !onButton ? big : verbOfKey(key);
  return verb && (() => act(verb));
}

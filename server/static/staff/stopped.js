// Whether the floor is stopped, since when and why; and ages that do not grow while it stands.

import { freeze } from "../ui/addresses.js";
import { Failure, read } from "../ui/http.js";
import { floor, now } from "../ui/live.js";
import { effect, signal } from "../vendor/signals.js";
import { activeMinutes } from "./ages.js";

/** As the server last told it. */
export const stop = signal(/** @type {Baari.FreezeView} */ ({ frozen: false, since: null, reason: null, freezes: [] }));

/**
 * Return the minutes since a time of the server, without the time in which the floor was stopped.
 *
 * @param {string} text
 * @param {number} [until]
 */
export function minutesSince(text, until = now.value) {
  return activeMinutes(Date.parse(text), until, stop.value.freezes);
}

/** Ask the server for the details each time the floor stops or goes on. */
export function followStops() {
  /** @type {boolean | null} */
  let known = null;
  effect(() => {
    const frozen = floor.value?.frozen ?? null;
    if (frozen === null || frozen === known) return;
    known = frozen;
    read(freeze()).then(
      (details) => {
        stop.value = details;
      },
      (error) => {
        known = null;
        if (!(error instanceof Failure)) throw error;
      },
    );
  });
}

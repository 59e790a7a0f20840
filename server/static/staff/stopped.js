// What the centre tells everybody, every flag that is set, and ages that do not grow while the floor stands.

import { notice } from "../ui/addresses.js";
import { Failure, read } from "../ui/http.js";
import { floor, pictured } from "../ui/live.js";
import { effect, signal } from "../vendor/signals.js";
import { activeMinutes } from "./ages.js";

/** As the server last told it. */
export const stop = signal(/** @type {Baari.NoticeView} */ ({ notice: null, flags: [], frozen: false, freezes: [] }));

/**
 * Return the minutes since a time of the server, without the time in which the floor was stopped; they stand while the
 * picture does.
 *
 * @param {string} text
 * @param {number} [until]
 */
export function minutesSince(text, until = pictured.value) {
  return activeMinutes(Date.parse(text), until, stop.value.freezes);
}

/** Ask the server for the details each time a flag was set or lifted: each event of that brings a notice of its own. */
export function followStops() {
  /** @type {Baari.Notice | boolean | null} */
  let known = null;
  effect(() => {
    const told = floor.value && (floor.value.notice ?? floor.value.frozen);
    if (told === null || told === known) return;
    known = told;
    read(notice()).then(
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

// Whether the floor is stopped, since when and why; and ages that do not grow while it stands.

import { effect, signal } from "../vendor/signals.js";
import { activeMinutes } from "./ages.js";
import { NoAnswer, read, Refusal } from "../ui/http.js";
import { floor, now } from "../ui/live.js";
import { page } from "../ui/page.js";

/** {frozen, since, reason, freezes} as the server last told it. */
export const stop = signal({ frozen: false, since: null, reason: null, freezes: [] });

/** Return the minutes since a time of the server, without the time in which the floor was stopped. */
export function minutesSince(text, until = now.value) {
  return activeMinutes(Date.parse(text), until, stop.value.freezes);
}

/** Ask the server for the details each time the floor stops or goes on. */
export function followStops() {
  let known = null;
  effect(() => {
    const frozen = floor.value?.frozen ?? null;
    if (frozen === null || frozen === known) return;
    known = frozen;
    read(`/api/v1/centres/${page.centre.code}/freeze`).then(
      (told) => (stop.value = told),
      (error) => {
        known = null;
        if (!(error instanceof Refusal || error instanceof NoAnswer)) throw error;
      },
    );
  });
}

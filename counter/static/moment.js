// Times of day in the zone of the centre, which need not be that of this computer. Pure.

const MINUTE = 60_000;
const DAY = 86_400_000;

/**
 * Return a moment, in milliseconds, as HH:MM in a zone.
 *
 * @param {number} moment
 * @param {string} zone
 */
export function timeOfDay(moment, zone) {
  return new Intl.DateTimeFormat("en-GB", { timeZone: zone, hour: "2-digit", minute: "2-digit", hourCycle: "h23" }).format(moment);
}

/**
 * Return the last moment up to `now` at which the clocks of a zone showed HH:MM, as the API takes it.
 *
 * @param {number} now
 * @param {string} time
 * @param {string} zone
 */
export function instant(now, time, zone) {
  const back = (minutesOf(timeOfDay(now, zone)) - minutesOf(time)) * MINUTE;
  const moment = Math.floor(now / MINUTE) * MINUTE - (back < 0 ? back + DAY : back);
  return new Date(moment).toISOString();
}

/** @param {string} time */
function minutesOf(time) {
  const [hours, minutes] = time.split(":").map(Number);
  return hours * 60 + minutes;
}

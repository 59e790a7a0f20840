// How long ago something was, without the time in which the floor was stopped. Pure.

const MINUTE = 60_000;

/** @typedef {(string | null)[]} Freeze its begin, and its end or null */

/**
 * Return the milliseconds from one moment to another in which no freeze lay.
 * A moment that lies in two of them, because the clock went back between them, counts once.
 *
 * @param {number} from
 * @param {number} until
 * @param {Freeze[]} freezes
 */
export function active(from, until, freezes) {
  let [left, counted] = [until - from, from];
  for (const [begin, end] of [...freezes].sort(([a], [b]) => moment(a, 0) - moment(b, 0))) {
    const first = Math.max(counted, moment(begin, 0));
    const last = Math.min(until, moment(end, until));
    if (last <= first) continue;
    left -= last - first;
    counted = last;
  }
  return Math.max(0, left);
}

/**
 * Return the same in whole minutes.
 *
 * @param {number} from
 * @param {number} until
 * @param {Freeze[]} freezes
 */
export function activeMinutes(from, until, freezes) {
  return Math.floor(active(from, until, freezes) / MINUTE);
}

/**
 * @param {string | null} text
 * @param {number} otherwise
 */
function moment(text, otherwise) {
  return text === null ? otherwise : Date.parse(text);
}

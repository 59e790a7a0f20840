// How long ago something was, without the time in which the floor was stopped. Pure.

const MINUTE = 60_000;

/**
 * Return the milliseconds from one moment to another in which no freeze lay; `freezes` are [begin, end or null].
 * A moment that lies in two of them, because the clock went back between them, counts once.
 */
export function active(from, until, freezes) {
  let [left, counted] = [until - from, from];
  for (const [begin, end] of [...freezes].sort(([a], [b]) => Date.parse(a) - Date.parse(b))) {
    const first = Math.max(counted, Date.parse(begin));
    const last = Math.min(until, end ? Date.parse(end) : until);
    if (last <= first) continue;
    left -= last - first;
    counted = last;
  }
  return Math.max(0, left);
}

/** Return the same in whole minutes. */
export function activeMinutes(from, until, freezes) {
  return Math.floor(active(from, until, freezes) / MINUTE);
}

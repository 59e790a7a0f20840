// How long ago something was, without the time in which the floor was stopped. Pure.

const MINUTE = 60_000;

/** Return the milliseconds from one moment to another in which no freeze lay; `freezes` are [begin, end or null]. */
export function active(from, until, freezes) {
  const stood = freezes.map(([begin, end]) => {
    const first = Math.max(from, Date.parse(begin));
    const last = Math.min(until, end ? Date.parse(end) : until);
    return Math.max(0, last - first);
  });
  return Math.max(0, stood.reduce((left, lost) => left - lost, until - from));
}

/** Return the same in whole minutes. */
export function activeMinutes(from, until, freezes) {
  return Math.floor(active(from, until, freezes) / MINUTE);
}

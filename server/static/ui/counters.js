// The counters that serve a party together, short enough to be read across a hall. Pure.

const LISTED = 3;

/**
 * Return the counter and those beside it, in order; runs of neighbours as A5–A9 when there are many.
 *
 * @param {string} counter
 * @param {string[]} [beside]
 */
export function together(counter, beside = []) {
  const all = [counter, ...beside].sort((one, other) => number(one) - number(other));
  return all.length > LISTED ? runs(all) : all;
}

/** @param {string[]} counters in order */
function runs(counters) {
  /** @type {string[][]} */
  const neighbours = [];
  for (const counter of counters) {
    const last = neighbours.at(-1);
    if (last && number(last[last.length - 1]) + 1 === number(counter)) last.push(counter);
    else neighbours.push([counter]);
  }
  return neighbours.flatMap((run) => (run.length > 2 ? `${run[0]}–${run.at(-1)}` : run));
}

/** @param {string} counter */
function number(counter) {
  return Number(/\d*$/.exec(counter)?.[0]);
}

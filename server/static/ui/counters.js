// The counters that serve a party together, short enough to be read across a hall. Pure.

const LISTED = 3;

/** @returns {string[]} the counter and those beside it, in order; runs of neighbours as A5–A9 when there are many */
export function together(counter, beside = []) {
  const all = [counter, ...beside].sort((one, other) => number(one) - number(other));
  return all.length > LISTED ? runs(all) : all;
}

function runs(counters) {
  const found = [];
  for (const counter of counters) {
    const last = found.at(-1);
    if (last && number(last.at(-1)) + 1 === number(counter)) last.push(counter);
    else found.push([counter]);
  }
  return found.flatMap((run) => (run.length > 2 ? `${run[0]}–${run.at(-1)}` : run));
}

function number(counter) {
  return Number(/\d*$/.exec(counter)[0]);
}

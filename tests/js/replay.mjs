// For the tests: reads {snapshot, events} and prints what the screens' reducer makes of it after each event.

import { readFileSync } from "node:fs";

import { fromSnapshot, place, reduce } from "../../server/static/live/reducer.js";

const { snapshot, events } = JSON.parse(readFileSync(0, "utf8"));
const states = [fromSnapshot(snapshot)];
for (const event of events) {
  if (place(states.at(-1), event) !== "next") throw new Error(`event ${event.seq} is not the next one`);
  states.push(reduce(states.at(-1), event));
}
const plain = ({ seq, frozen, notice, tokens, counters }) => ({ seq, frozen, notice, tokens: [...tokens.values()], counters: [...counters.values()] });
console.log(JSON.stringify(states.map(plain)));

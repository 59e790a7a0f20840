// The verbs of the console: what each does, its key, and when it can work. Pure.

export const VERBS = [
  { verb: "call-next", key: "N", words: "Next", when: (c, token) => c.state === "open" && !token },
  { verb: "start", key: "S", words: "Start", when: (c, token) => token?.state === "called" },
  { verb: "finish", key: "D", words: "Done", when: (c, token) => token?.state === "serving" },
  { verb: "recall", key: "R", words: "Call again", when: (c, token) => token?.state === "called" },
  { verb: "miss", key: "M", words: "Missed", when: (c, token) => token?.state === "called" },
  { verb: "pause", key: "P", words: "Break", when: (c, token) => c.state === "open" && !token },
  { verb: "open", key: "O", words: "Open", when: (c) => c.state !== "open" },
  { verb: "close", key: "X", words: "Close", when: (c, token) => c.state !== "closed" && !token },
];

const SENSIBLE = ["start", "finish", "call-next", "open"];

/** Return the verb that makes sense now: the one on the big button. */
export function sensible(counter, token) {
  return SENSIBLE.map((name) => VERBS.find(({ verb }) => verb === name)).find(({ when }) => when(counter, token)) ?? null;
}

/** Return the verb of a key, whether it can work now or not. */
export function verbOfKey(key) {
  return VERBS.find((verb) => verb.key === key.toUpperCase()) ?? null;
}

/** Return the other outcomes of a stage, each with a digit as its key. */
export function otherOutcomes({ ok, outcomes }) {
  return outcomes.filter((name) => name !== ok).map((name, place) => ({ name, key: String(place + 1) }));
}

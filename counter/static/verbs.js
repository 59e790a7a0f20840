// The verbs of the console: what each does, its key, and when it can work. Pure.

const at = (token, ...states) => token !== null && states.includes(token.state);

/**
 * `when` gets the counter, its token or null, and whether it only helps there. `running` verbs need a floor that is
 * not stopped, `panel` ones ask something first, `seen` ones tell the server which token they mean.
 */
export const VERBS = [
  { verb: "call-next", key: "N", words: "Next", running: true, when: (c, token) => c.state === "open" && !token },
  { verb: "start", key: "S", words: "Start", seen: true, when: (c, token) => at(token, "called") },
  { verb: "finish", key: "D", words: "Done", seen: true, when: (c, token) => at(token, "serving") },
  { verb: "recall", key: "R", words: "Call again", seen: true, running: true, when: (c, token, helps) => at(token, "called") && !helps },
  { verb: "miss", key: "M", words: "Missed", seen: true, running: true, when: (c, token, helps) => at(token, "called") && !helps },
  { verb: "hold", key: "H", words: "Hold", seen: true, when: (c, token, helps) => at(token, "called", "serving") && !helps },
  { verb: "transfer", key: "T", words: "Transfer", panel: true, when: (c, token, helps) => at(token, "called", "serving") && !helps },
  { verb: "change", key: "C", words: "Correct", panel: true, when: (c, token) => at(token, "called", "serving") },
  { verb: "pause", key: "P", words: "Break", when: (c, token) => c.state === "open" && !token },
  { verb: "open", key: "O", words: "Open", when: (c) => c.state !== "open" },
  { verb: "close", key: "X", words: "Close", when: (c, token) => c.state !== "closed" && !token },
];

/** The keys of the two side columns; each works on what stands there first. */
export const SIDE_KEYS = [
  { name: "undo", key: "U", words: "Undo" },
  { name: "here", key: "I", words: "Is here" },
  { name: "resume", key: "B", words: "Resume" },
  { name: "line", key: "L", words: "The line" },
  { name: "issue", key: "G", words: "Give a token" },
];

const SENSIBLE = ["start", "finish", "call-next", "open"];

/** Return the verb that makes sense now: the one on the big button. */
export function sensible(counter, token) {
  return SENSIBLE.map((name) => VERBS.find(({ verb }) => verb === name)).find(({ when }) => when(counter, token, false)) ?? null;
}

/** Return the verbs that stand beside the big button. */
export function fitting(counter, token, helps) {
  const big = sensible(counter, token);
  return VERBS.filter((verb) => verb !== big && verb.when(counter, token, helps));
}

/** Return the verb of a key, whether it can work now or not. */
export function verbOfKey(key) {
  return VERBS.find((verb) => verb.key === key.toUpperCase()) ?? null;
}

/** Return what a key does in the side columns. */
export function sideOfKey(key) {
  return SIDE_KEYS.find((one) => one.key === key.toUpperCase())?.name ?? null;
}

/** Return the other outcomes of a stage, each with a digit as its key. */
export function otherOutcomes({ ok, outcomes }) {
  return outcomes.filter((name) => name !== ok).map((name, place) => ({ name, key: String(place + 1) }));
}

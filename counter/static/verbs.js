// The verbs of the console: what each does and its key; the lifecycle says when it can work. Pure.

import { allows, canBecome } from "/static/live/allows.js";
import { VERBS as SERVING } from "/static/live/lifecycle.js";

/** @typedef {Pick<Baari.CounterView, "state">} Counter */

/** @typedef {Pick<Baari.StaffToken, "state">} Token */

/** @typedef {import("/static/ui/addresses.js").CounterVerb} CounterVerb */

/**
 * `action` is what it does to the token that is here, `becomes` what it makes of the counter. `running` verbs need a
 * floor that is not stopped, `lead` ones the counter that called a party, `seen` ones tell the server which token they mean.
 *
 * @typedef {object} Traits
 * @property {string} key
 * @property {string} words
 * @property {Baari.Action} [action]
 * @property {Baari.CounterState} [becomes]
 * @property {boolean} [running]
 * @property {boolean} [lead]
 * @property {boolean} [seen]
 */

/** @typedef {Traits & { verb: CounterVerb, panel?: undefined }} DirectVerb acts at once */

/** @typedef {Traits & { verb: "transfer" | "change" | "attach" | "merge", panel: true }} AskingVerb asks something first */

/** @typedef {DirectVerb | AskingVerb} Verb */

/** @type {Verb[]} */
export const VERBS = [
  { verb: "call-next", key: "N", words: "Next", running: true },
  ...SERVING.map((verb) => ({ ...verb, seen: true })),
  { verb: "transfer", key: "T", words: "Transfer", action: "transfer", panel: true, lead: true },
  { verb: "change", key: "C", words: "Correct", action: "correct", panel: true },
  { verb: "attach", key: "A", words: "Appointment", action: "correct", panel: true },
  { verb: "merge", key: "J", words: "Merge", action: "correct", panel: true },
  { verb: "pause", key: "P", words: "Break", becomes: "paused" },
  { verb: "open", key: "O", words: "Open", becomes: "open" },
  { verb: "close", key: "X", words: "Close", becomes: "closed" },
];

/**
 * Return what an event did, for those that a verb here causes.
 *
 * @param {Baari.Kind} kind
 */
export const doneBy = (kind) => SERVING.find((verb) => verb.kind === kind)?.done;

/** @typedef {"undo" | "return" | "resume" | "line" | "issue"} Side */

/** The keys of the two side columns; each works on what stands there first. @type {{ name: Side, key: string, words: string }[]} */
export const SIDE_KEYS = [
  { name: "undo", key: "U", words: "Undo" },
  { name: "return", key: "I", words: "Is here" },
  { name: "resume", key: "B", words: "Resume" },
  { name: "line", key: "L", words: "The line" },
  { name: "issue", key: "G", words: "Give a token" },
];

const SENSIBLE = ["start", "finish", "call-next", "open"];

/**
 * Whether a verb can work at a counter, with the token that is there; `helps` when the counter only helps with it.
 *
 * @param {Verb} verb
 * @param {Counter} counter
 * @param {Token | null} token
 * @param {boolean} helps
 */
export function fits({ verb, action, becomes, lead }, counter, token, helps) {
  if (becomes) return canBecome(counter.state, becomes) && (token === null || becomes === "open");
  if (verb === "call-next") return counter.state === "open" && token === null;
  return token !== null && action !== undefined && allows(token.state, action) && !(helps && lead);
}

/**
 * Return the verb that makes sense now: the one on the big button.
 *
 * @param {Counter} counter
 * @param {Token | null} token
 */
export function sensible(counter, token) {
  const verbs = SENSIBLE.map((name) => VERBS.find(({ verb }) => verb === name));
  return verbs.find((verb) => verb && fits(verb, counter, token, false)) ?? null;
}

/**
 * Return the verbs that stand beside the big button.
 *
 * @param {Counter} counter
 * @param {Token | null} token
 * @param {boolean} helps
 */
export function fitting(counter, token, helps) {
  const big = sensible(counter, token);
  return VERBS.filter((verb) => verb !== big && fits(verb, counter, token, helps));
}

/**
 * Return the verb of a key, whether it can work now or not.
 *
 * @param {string} key
 */
export function verbOfKey(key) {
  return VERBS.find((verb) => verb.key === key.toUpperCase()) ?? null;
}

/**
 * Return what a key does in the side columns.
 *
 * @param {string} key
 */
export function sideOfKey(key) {
  return SIDE_KEYS.find((side) => side.key === key.toUpperCase())?.name ?? null;
}

/**
 * Return the other outcomes of a stage, each with a digit as its key.
 *
 * @param {Baari.OutcomesData} stage
 */
export function otherOutcomes({ ok, outcomes }) {
  return outcomes.filter((name) => name !== ok).map((name, place) => ({ name, key: String(place + 1) }));
}

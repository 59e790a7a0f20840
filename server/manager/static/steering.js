// The levers of the manager's page: each says what was refused, and keeps what takes it back.

import { signal } from "/static/vendor/signals.js";
import { endedBy, endWords } from "/static/staff/session.js";
import { atCounter, floorClock, handOver, notice as noticeAt } from "/static/ui/addresses.js";
import { command, Failure, NoAnswer } from "/static/ui/http.js";
import { live } from "/static/ui/live.js";
import { t } from "/static/ui/words.js";
import { load } from "./figures.js";

/** @typedef {{ verb: "open" | "close", counters: string[] } | { verb: "move", label: string, from: string, to: string }} Back what takes a lever back */

export const undo = signal(/** @type {Back | null} */ (null));
export const notice = signal("");

/** @type {Record<"open" | "close" | "pause", "open" | "close">} */
const OPPOSITE = { open: "close", close: "open", pause: "open" };

/**
 * Run commands one after the other, and say what was refused; `back` is what takes them back. On an old picture of the
 * floor nothing is run: a token that is moved would be another one.
 *
 * @param {(() => Promise<unknown>)[]} commands
 * @param {Back | null} back
 */
async function steer(commands, back) {
  notice.value = live.value ? "" : t("No connection. Please try again.");
  if (!live.value) return;
  try {
    for (const run of commands) await run();
    undo.value = back;
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    notice.value = sentenceOf(error);
  }
  await load();
}

/** @param {Failure} failure */
function sentenceOf(failure) {
  /** @type {Record<string, string>} */
  const sentences = {
    counter_busy: t("This counter has somebody already."),
    counter_not_open: t("This counter is not open."),
    no_current_token: t("Nobody is at this counter now."),
    centre_frozen: t("The floor is stopped. Nobody is called or missed."),
  };
  const end = endedBy(failure.details);
  if (end) return endWords(end);
  return failure instanceof NoAnswer ? t("No answer. Please look at the floor.") : (sentences[failure.code] ?? failure.message);
}

/** @param {string} counter */
const open = (counter) => () => command(atCounter(counter, "open"), {});

/**
 * Pull a lever at some counters: open, close or pause; the token that is there is still served.
 *
 * @param {"open" | "close" | "pause"} verb
 * @param {string[]} counters
 * @param {string | null} [reason]
 * @param {number | null} [back] in how many minutes a counter that pauses is expected back
 */
export function pull(verb, counters, reason = null, back = null) {
  const rest = { reason, after_current: true, ...(back === null ? {} : { back_min: back }) };
  const commands = counters.map((counter) => (verb === "open" ? open(counter) : () => command(atCounter(counter, verb), rest)));
  return steer(commands, { verb: OPPOSITE[verb], counters });
}

/**
 * @param {string} from
 * @param {string} to
 */
const move = (from, to) => () => command(atCounter(from, "take-over"), { to });

/**
 * Call the token of a counter that is out of order to another one; the one out of order is paused.
 *
 * @param {string} label
 * @param {string} from
 * @param {string} to
 */
export function takeOver(label, from, to) {
  return steer([move(from, to)], { verb: "move", label, from: to, to: from });
}

/**
 * Tell the whole centre of an emergency, an outage or a pause.
 *
 * @param {Baari.NoticeKind} kind
 * @param {string} cause its code
 */
export const tell = (kind, cause) => steer([() => command(noticeAt(), { kind, cause, on: true })], undo.value);

/**
 * Say that it is over.
 *
 * @param {Baari.NoticeKind} kind
 */
export const end = (kind) => steer([() => command(noticeAt(), { kind, on: false })], undo.value);

/**
 * Let every counter of a stage call somebody whom only a closed one may call.
 *
 * @param {string} token its id
 */
export const release = (token) => steer([() => command(handOver(token), {})], undo.value);

/** Take the last lever back; a token that was moved is called back, and both counters are open again. */
export async function takeBack() {
  const back = undo.value;
  if (!back) return;
  if (back.verb === "move") await steer([open(back.to), move(back.from, back.to), open(back.from)], null);
  else await pull(back.verb, back.counters);
  if (!notice.value) undo.value = null;
}

/**
 * Say which clock is right: the floor's own, or the server's.
 *
 * @param {"floor" | "wall"} choose
 */
export const chooseClock = (choose) => steer([() => command(floorClock(), { choose })], null);

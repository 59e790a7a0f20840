// Which calls a board shows, and which it announces. Pure: no socket, no clock, no sound.

import { allows } from "/static/live/allows.js";

export const SHOWN_MS = 60_000;

/** @typedef {import("/static/live/reducer.js").Token} Token */

/** @typedef {Token & { counter: string, last_called: string }} Called a token that is or was at a counter */

/**
 * The calls of some stages, newest first: until served or missed, and a served one for a minute at least.
 *
 * @param {Iterable<Token>} tokens
 * @param {string[]} stages
 * @param {number} now
 */
export function liveCalls(tokens, stages, now) {
  const calls = /** @type {Called[]} */ ([...tokens].filter((token) => isIn(stages, token) && isLive(token, now)));
  return calls.sort((a, b) => Date.parse(b.last_called) - Date.parse(a.last_called));
}

/**
 * @param {string[]} stages
 * @param {Token} token
 */
function isIn(stages, { stage }) {
  return stage !== null && stages.includes(stage);
}

/**
 * @param {Token} token
 * @param {number} now
 */
function isLive(token, now) {
  return token.state === "called" || (token.state === "serving" && isYoung(token, now));
}

/**
 * @param {Token} token
 * @param {number} now
 */
function isYoung({ last_called: at }, now) {
  return at !== null && now - Date.parse(at) < SHOWN_MS;
}

/**
 * What tells one call, and each time it is called again, from all others: an undone repetition can be repeated.
 *
 * @param {Token} token
 */
export function callKey(token) {
  return `${token.call}#${token.calls}#${token.last_called}`;
}

/** Announces each call once, however often it is heard of; never what stood there when the board began. */
export class Announcer {
  /** @param {string[]} stages */
  constructor(stages) {
    this.stages = stages;
    /** @type {Set<string>} */
    this.known = new Set();
    /** @type {string | null} */
    this.epoch = null;
  }

  /**
   * Return what to announce of a floor that was loaded anew: nothing at first, later the calls made meanwhile.
   *
   * @param {import("/static/live/reducer.js").Floor} floor
   * @param {number} now
   */
  loads({ epoch, tokens }, now) {
    const first = epoch !== this.epoch;
    this.epoch = epoch;
    const heard = [...tokens.values()].filter((token) => this.hears(token, now));
    return first ? [] : heard;
  }

  /**
   * Whether to announce a token now: called, young, in a stage of this board, and not announced before.
   *
   * @param {Token | null} token
   * @param {number} now
   */
  hears(token, now) {
    if (!token?.call || token.state !== "called" || !isIn(this.stages, token)) return false;
    if (this.known.has(callKey(token)) || !isYoung(token, now)) return false;
    this.known.add(callKey(token));
    return true;
  }
}

/**
 * Whether somebody who was called here now has to be told to stay: they may be called again, or were cancelled.
 *
 * @param {Token | undefined} before
 * @param {Token} token
 * @param {string[]} stages
 */
export function takenBack(before, token, stages) {
  if (before?.state !== "called" || !isIn(stages, before)) return false;
  return allows(token.state, "call") || token.state === "cancelled";
}

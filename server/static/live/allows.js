// What can be done now, asked of the server's own tables. Pure.

import { AT_COUNTER, COUNTER, TOKEN } from "./lifecycle.js";

/** @typedef {Baari.StepState | Baari.TokenEnd} State the state of a token: of its open step, or how it has ended */

/**
 * Return the state to which an action leads a token; undefined where its state does not allow it.
 *
 * @param {State} state
 * @param {Baari.Action} action
 */
export function leadsTo(state, action) {
  return state in TOKEN ? TOKEN[/** @type {Baari.StepState} */ (state)][action] : undefined;
}

/**
 * Whether the state of a token allows an action.
 *
 * @param {State} state
 * @param {Baari.Action} action
 */
export function allows(state, action) {
  return leadsTo(state, action) !== undefined;
}

/**
 * Whether somebody gets into the line by returning; who waits may return too, and stays where they are.
 *
 * @param {State} state
 */
export function canReturn(state) {
  return state !== "waiting" && leadsTo(state, "return") === "waiting";
}

/**
 * Whether a token in this state is at a counter.
 *
 * @param {State} state
 */
export function atCounter(state) {
  return AT_COUNTER.some((served) => served === state);
}

/**
 * Whether a counter can change to another state.
 *
 * @param {Baari.CounterState} before
 * @param {Baari.CounterState} after
 */
export function canBecome(before, after) {
  return before !== after && COUNTER[before].includes(after);
}

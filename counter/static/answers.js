// What a command answered, until the floor tells it too: the keys that follow mean what it says.

import { computed, signal } from "/static/vendor/signals.js";
import { floor } from "/static/ui/live.js";

/** @typedef {Baari.StaffToken} Token */

/** The token of the latest answer, and the one that the floor knew instead. @type {import("@preact/signals").Signal<{ token: Token, instead: Token | undefined } | null>} */
const answered = signal(null);

/** Staff are told of staff's tokens. */
const known = computed(() => /** @type {Map<string, Token>} */ (floor.value?.tokens ?? new Map()));

/** The tokens of the floor by id, and in place of one that is behind the latest answer. */
export const tokens = computed(() => {
  if (!answered.value) return known.value;
  const { token, instead } = answered.value;
  return known.value.get(token.id) === instead ? new Map(known.value).set(token.id, token) : known.value;
});

/**
 * Begin to wait for an answer; returns what takes its token. An event that came before it knows better.
 *
 * @returns {(token: Token) => void}
 */
export function awaitAnswer() {
  const before = known.value;
  return (token) => {
    const instead = known.value.get(token.id);
    // By identity: the reducer makes a new object of each event, so another object is news that came first.
    if (instead === before.get(token.id)) answered.value = { token, instead };
  };
}

// What a command answered, until the floor tells it too: the keys that follow mean what it says.

import { computed, signal } from "/static/vendor/signals.js";
import { floor } from "/static/ui/live.js";

const answered = signal({ token: null, instead: null });

/** The tokens of the floor by id, and in place of one that is behind the latest answer. */
export const tokens = computed(() => {
  const known = floor.value?.tokens ?? new Map();
  const { token, instead } = answered.value;
  return token && known.get(token.id) === instead ? new Map(known).set(token.id, token) : known;
});

/** Begin to wait for an answer; returns what takes its token. An event that came before it knows better. */
export function awaitAnswer() {
  const known = floor.value?.tokens ?? new Map();
  return (token) => {
    const instead = floor.value?.tokens.get(token.id);
    if (instead === known.get(token.id)) answered.value = { token, instead };
  };
}

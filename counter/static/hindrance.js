// What stands against every key: the session has ended, the counter is not this person's any more, the server is away.

import { ended, endWords, seats } from "/static/staff/session.js";
import { live } from "/static/ui/live.js";
import { t } from "/static/ui/words.js";
import { computed } from "/static/vendor/signals.js";
import { offline, takenOver } from "./refusals.js";
import { counter } from "./state.js";

/** The seat that somebody else has taken, or that was left in another window; null while this person sits there. */
export const unseated = computed(() => {
  if (!counter.value || !seats.value) return null;
  const there = seats.value.find((seat) => seat.counter === counter.value);
  if (there?.mine) return null;
  return { counter: counter.value, user: there?.user ?? null, elsewhere: seats.value.find(({ mine }) => mine)?.counter ?? null };
});

/** Say why this counter is not this person's any more. */
export function unseatedWords() {
  if (!unseated.value) return "";
  const { counter: at, user, elsewhere } = unseated.value;
  if (user) return t("{user} has taken over {counter}.", { user, counter: at });
  return elsewhere ? t("You sit at {counter} now, in another window.", { counter: elsewhere }) : t("You are not at {counter} any more.", { counter: at });
}

/** Return what stands against a key now, null when nothing does. */
export function hindrance() {
  if (ended.value) return { code: "session_ended", text: endWords(ended.value) };
  if (unseated.value) return { code: "unseated", text: unseated.value.user ? takenOver() : unseatedWords() };
  return live.value ? null : offline();
}

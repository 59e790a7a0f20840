// Whether this page is still its person's: their session, and who sits where. What is so else is said in words.

import { LOCKED, seats as seatsAt } from "../ui/addresses.js";
import { Failure, read } from "../ui/http.js";
import { cuts, over } from "../ui/live.js";
import { t } from "../ui/words.js";
import { effect, signal } from "../vendor/signals.js";

const ASK_MS = 3000;

/** @typedef {import("../ui/http.js").Problem} Problem */

/**
 * @typedef {{ user: string | null } | { centre: string }} End
 */

/**
 * Why this page may not go on: nobody is signed in here any more, or somebody is by another session, `user`, or this session
 * acts at another `centre` now; null while all is well.
 *
 * @type {import("@preact/signals").Signal<End | null>}
 */
export const ended = signal(null);

/** Who sits where, null before it is known. @type {import("@preact/signals").Signal<Baari.SeatEntry[] | null>} */
export const seats = signal(null);

/** Answers to older questions are not of now. */
let latest = 0;

/**
 * Return why a page may not go on by a refusal, null when it says nothing of it.
 *
 * @param {Problem | null} details
 * @returns {End | null}
 */
export function endedBy(details) {
  if (details?.code === "forbidden" && details.due === "lock") location.assign(LOCKED);
  if (details?.code === "unauthenticated") return { user: null };
  if (details?.code === "forbidden" && details.signed_in !== undefined) return { user: details.signed_in };
  if (details?.code === "forbidden" && typeof details.acts_at === "string") return { centre: details.acts_at };
  return null;
}

/**
 * Read something, unless nobody is signed in here any more: then that is said. What else fails is tried again by who asks.
 *
 * @param {() => Promise<void>} ask
 */
export async function unlessEnded(ask) {
  try {
    await ask();
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    ended.value = endedBy(error.details) ?? ended.value;
  }
}

/**
 * Say it.
 *
 * @param {End} end
 */
export function endWords(end) {
  if ("centre" in end) return t("You work at {centre} now.", { centre: end.centre });
  const { user } = end;
  return user === null ? t("Your session has ended. Please sign in again.") : t("{user} is signed in here now.", { user });
}

/** Ask who is signed in here and who sits where; whatever was asked before is old by that. */
export async function askSession() {
  latest += 1;
  const asked = latest;
  try {
    const answer = await read(seatsAt());
    if (asked === latest) settle(null, answer.seats);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    const end = endedBy(error.details);
    if (asked === latest && end) settle(end, seats.value);
  }
}

/**
 * @param {End | null} end
 * @param {Baari.SeatEntry[] | null} known
 */
function settle(end, known) {
  ended.value = end;
  over.value = end !== null;
  seats.value = known;
}

/** Ask every few seconds, and at once when the server sent this page away or somebody looks at it again. */
export function watchSession() {
  setInterval(askSession, ASK_MS);
  document.addEventListener("visibilitychange", () => document.hidden || askSession());
  effect(() => {
    cuts.value;
    askSession();
  });
}

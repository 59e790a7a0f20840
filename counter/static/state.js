// What the console knows: its seat, the line, the token that is here, and which panel is open.

import { computed, effect, signal } from "/static/vendor/signals.js";
import { atCounter as isAtCounter } from "/static/live/allows.js";
import { watchSession } from "/static/staff/session.js";
import { followStops } from "/static/staff/stopped.js";
import { atCounter, claims as claimsOf, line as lineOf } from "/static/ui/addresses.js";
import { Failure, read } from "/static/ui/http.js";
import { floor, follow, live, pictured } from "/static/ui/live.js";
import { tokens } from "./answers.js";

const LINE_DELAY_MS = 150;
const LINE_AGAIN_MS = 2000;
/** What may make or settle a claim. */
const CLAIMED = ["bookings.taken", "booking.moved", "booking.left", "token.attached", "token.merged", "token.undone"];

/** @typedef {Baari.StaffToken} Token */

/** @typedef {"attach" | "change" | "choose" | "ending" | "help" | "issue" | "merge" | "reprint" | "transfer"} PanelName */

/** @typedef {{ code: string, text: string, verb?: string, counter?: string | null }} Refused a refusal in the clerk's words */

/** The id of the counter at which this person sits. */
export const counter = signal(/** @type {string | null} */ (null));
export const line = signal(/** @type {Baari.LineOut | null} */ (null));
/** Since when the line could not be read, null while it can. */
export const unread = signal(/** @type {number | null} */ (null));
/** The name of the command under way. */
export const pending = signal(/** @type {string | null} */ (null));
export const refusal = signal(/** @type {Refused | null} */ (null));
export const printer = signal(/** @type {Baari.HintOut | null} */ (null));
/** The panel that is open, and the token that it is about, if it is about one. */
export const panel = signal(/** @type {{ name: PanelName, token: Token | null } | null} */ (null));

/** The reference that was scanned for the panel that is open, an object of its own for each scan. */
export const scannedReference = signal({ text: "", scan: 0 });
/** The label of the second token of a person, in the panel that merges two. */
export const second = signal("");
/** The bookings that were imported after somebody had shown them, by the token that they were given instead. @type {import("@preact/signals").Signal<Map<string, Baari.BookingView>>} */
export const claims = signal(new Map());

export const stopped = computed(() => floor.value?.frozen ?? false);
/** The counter at which this person sits, as it stands. */
export const seat = computed(() => floor.value?.counters.get(counter.value ?? "") ?? null);
/** The token that this counter has called or serves, or helps with. */
export const current = computed(() => [...tokens.value.values()].find(isAtSeat) ?? null);

/** @param {Token} token */
function isAtSeat({ state, counter: at, beside }) {
  return isAtCounter(state) && [at, ...beside].includes(counter.value);
}

/** Whether this counter only helps with the party that is here. */
export const helping = computed(() => current.value !== null && current.value.counter !== counter.value);

/**
 * Return the address of a verb at this counter.
 *
 * @template {import("/static/ui/addresses.js").CounterVerb} Verb
 * @param {Verb} verb
 */
export const at = (verb) => atCounter(String(counter.value), verb);

/** The first of the line, why the very first is next, and how many more wait. */
export const waiting = computed(() => ({ rows: line.value?.line ?? [], next: line.value?.next ?? null, more: line.value?.more ?? 0 }));

/** @type {ReturnType<typeof setTimeout> | undefined} */
let timer;
/** @type {import("/static/live/screen.js").Screen | undefined} */
let screen;

/** Read the line again, once for a burst of events. */
export function refreshLine() {
  clearTimeout(timer);
  // A verb brings two or three events at once, and a morning many: the line is read once for all of them.
  timer = setTimeout(readLine, LINE_DELAY_MS);
}

/** Read the line now; where that fails it is asked for again. */
export async function readLine() {
  if (!counter.value) return;
  try {
    line.value = await read(lineOf(counter.value));
    unread.value = null;
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    unread.value ??= pictured.value;
    timer = setTimeout(refreshLine, LINE_AGAIN_MS);
  }
}

/** Read who has shown an appointment that an import has brought since; the next import, or link, asks again. */
async function readClaims() {
  try {
    const { claims: told } = await read(claimsOf());
    claims.value = new Map(told.map(({ token, booking }) => [token.id, booking]));
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
  }
}

/** Ask for the floor again: this screen was behind. */
export function catchUp() {
  screen?.sync();
}

/**
 * Open a panel, about a token perhaps.
 *
 * @param {PanelName} name
 * @param {Token | null} [token]
 */
export function show(name, token = null) {
  refusal.value = null;
  panel.value = { name, token };
}

export function closePanel() {
  scannedReference.value = { text: "", scan: 0 };
  second.value = "";
  panel.value = null;
  refusal.value = null;
}

/**
 * Whether an event may change the line of this counter: it is of its stage, or of the whole centre.
 *
 * @param {Baari.EventView} event
 * @param {import("/static/live/reducer.js").Token | undefined} before
 */
function changesLine({ token, counter: changed }, before) {
  if (!token && !changed) return true;
  return [token?.stage, before?.stage, changed?.stage].includes(seat.value?.stage);
}

/** Follow the floor. */
export function begin() {
  screen = follow(
    (event, before) => {
      if (CLAIMED.includes(event.type)) readClaims();
      if (changesLine(event, before)) refreshLine();
    },
    undefined,
    (hint) => {
      printer.value = hint.state === "ready" ? null : hint;
    },
  );
  followStops();
  watchSession();
  let wasLive = false;
  effect(() => {
    if (live.value && !wasLive) {
      refreshLine();
      readClaims();
    }
    wasLive = live.value;
  });
}

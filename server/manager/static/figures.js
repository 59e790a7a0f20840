// What the manager's page reads beside the live floor.

import { computed, signal } from "/static/vendor/signals.js";
import { atCounter } from "/static/live/allows.js";
import { watchSession } from "/static/staff/session.js";
import { followStops, minutesSince } from "/static/staff/stopped.js";
import * as addresses from "/static/ui/addresses.js";
import { Failure, read } from "/static/ui/http.js";
import { floor, follow, pictured } from "/static/ui/live.js";
import { page } from "./page.js";

const READ_MS = 5000;
const CHANGE_MS = 400;
const DEVICES_KEPT = 5;
const SILENT_MIN = 3;

/** @typedef {import("/static/live/reducer.js").Token} Token */

/** @typedef {Baari.CounterView & { token: Token | null }} Counter a counter with the token that is there */

/** @typedef {Baari.StageData & ReturnType<typeof contents>} Stage a stage with what is in it now */

export const outlook = signal(/** @type {Baari.OutlookView | null} */ (null));
/** What the clocks say: the floor's own and the server's. */
export const clocks = signal(/** @type {Baari.ClockView | null} */ (null));
/** The business day, and whether a person is asked what becomes of those who are here. */
export const day = signal(/** @type {Baari.DayView | null} */ (null));
export const stats = signal(/** @type {Baari.StatsOut | null} */ (null));
/** The code of the stage whose levers are open. */
export const chosen = signal(/** @type {string | null} */ (null));
export const table = signal(false);
/** Since when the figures could not be read, null while they can. */
export const unread = signal(/** @type {number | null} */ (null));
export const hints = signal(/** @type {Baari.HintOut[]} */ ([]));

/** The stages of the page with what is in them now. */
export const stages = computed(() => page.centre.stages.map((stage) => /** @type {Stage} */ ({ ...stage, ...contents(stage.code) })));

const ALARMING = ["late", "stranded"];
/** The stage that the sentence complains of: it alone is bright. */
export const jam = computed(() => {
  const { kind, params } = outlook.value?.sentence ?? {};
  return kind && ALARMING.includes(kind) && params && "stage" in params ? params.stage : null;
});

/** @param {string} code */
function contents(code) {
  const tokens = [...(floor.value?.tokens.values() ?? [])].filter((token) => token.stage === code);
  const counters = [...(floor.value?.counters.values() ?? [])].filter((counter) => counter.stage === code);
  const served = tokens.filter(({ state }) => atCounter(state));
  const open = counters.filter((counter) => counter.state === "open");
  const busy = new Map(served.flatMap((token) => [token.counter, ...token.beside].map((counter) => [counter, token])));
  return {
    people: tokens.reduce((sum, { party }) => sum + party, 0),
    waiting: tokens.filter((token) => token.state === "waiting"),
    called: tokens.filter((token) => token.state === "called").length,
    serving: tokens.filter((token) => token.state === "serving").length,
    missed: tokens.filter((token) => token.state === "missed").length,
    counters: counters.map((counter) => /** @type {Counter} */ ({ ...counter, token: busy.get(counter.id) ?? null })),
    open: open.length,
    busy: open.filter((counter) => busy.has(counter.id)).length,
  };
}

/** How many people may still be in the centre, by the stage at which their token is. */
export const inside = computed(() => stages.value.filter(({ people }) => people).map(({ code, people }) => `${code} ${people}`).join(" · ") || "0");

/**
 * Whether a called person has not been started for three minutes: the counter is silent.
 *
 * @param {Counter} counter
 */
export function silent({ token }) {
  return token?.state === "called" && token.last_called !== null && minutesSince(token.last_called) >= SILENT_MIN;
}

/** Read the figures again. */
export async function load() {
  try {
    [outlook.value, stats.value, clocks.value, day.value] = await Promise.all([
      read(addresses.outlook()),
      read(addresses.stats()),
      read(addresses.floorClock()),
      read(addresses.today()),
    ]);
    unread.value = null;
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    unread.value ??= pictured.value;
  }
}

/** @param {Baari.HintOut} hint */
function noteHint(hint) {
  const others = hints.value.filter(({ device }) => device !== hint.device);
  hints.value = (hint.state === "ready" ? others : [hint, ...others]).slice(0, DEVICES_KEPT);
}

/** Follow the floor, and read the figures after a burst of its events and every few seconds. */
export function begin() {
  /** @type {ReturnType<typeof setTimeout> | null} */
  let timer = null;
  const soon = () => {
    timer ??= setTimeout(() => {
      timer = null;
      load();
    }, CHANGE_MS);
  };
  follow(soon, undefined, noteHint);
  followStops();
  watchSession();
  load();
  setInterval(load, READ_MS);
}

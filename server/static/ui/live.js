// This page's live floor: `floor` is what the server last said, `live` whether that is fresh, `asOf` when it was.

import { Screen } from "../live/screen.js";
import { computed, signal } from "../vendor/signals.js";
import { io } from "../vendor/socket.io.js";
import { snapshot, SOCKET } from "./addresses.js";
import { read } from "./http.js";
import { page } from "./page.js";

const LOOK_MS = 500;
const AGAIN_MS = 2000;
const OPEN_MS = 8000;
const HALF_OPEN_MS = 9000;
const IDENTITY_MS = 15_000;

/** @typedef {import("../live/reducer.js").Floor} Floor */

/** @typedef {import("../live/reducer.js").Token} Token */

/** The floor, or null before the first answer. */
export const floor = signal(/** @type {Floor | null} */ (null));
export const live = signal(false);
/** How often the server has sent this page away, or let it not in. */
export const cuts = signal(0);
/** Whether this page has no right to what it shows any more: it is not live then, whatever it hears. */
export const over = signal(false);
/** The time of the centre, in milliseconds, when the floor was last confirmed; and the time now. */
export const asOf = signal(/** @type {number | null} */ (null));
export const now = signal(Date.parse(page.now));
/** When the centre opens again, in the time that people are shown; null while somebody may be at work there. */
export const resumesAt = signal(/** @type {string | null} */ (null));
/** The name that this screen shows because somebody looks for it, or null. */
export const identity = signal(/** @type {string | null} */ (null));

/** How far `now` is ahead of the time that people are shown, in milliseconds: nothing, unless a clock was wrong. */
export const ahead = signal(page.ahead_s * 1000);

/** The centre's time when this page began: the device's own clock may be wrong, or be set while it runs. */
let zero = now.value - performance.now();

/**
 * Follow the page's centre. `onEvent` gets every event that comes live or in a catch-up after the first load, and its
 * token as it was before; `onLoad` the floor each time there are none: it was loaded, or nothing was missed. `onHint`
 * gets what may be lost.
 *
 * @param {(event: Baari.EventView, before: Token | undefined) => void} onEvent
 * @param {(state: Floor) => void} [onLoad]
 * @param {(hint: Baari.HintOut) => void} [onHint]
 */
export function follow(onEvent, onLoad = () => {}, onHint = () => {}) {
  const how = { transports: ["websocket", "polling"], tryAllTransports: true, timeout: OPEN_MS }; // a proxy may let no websocket through
  const socket = io(SOCKET, { auth: { csrf: page.csrf }, ...how, reconnectionDelayMax: AGAIN_MS });
  const screen = new Screen({
    centre: page.centre.code,
    socket,
    loadSnapshot: async (signal) => {
      const answer = await read(snapshot(), { signal });
      setClock(answer);
      return answer;
    },
    onChange: (state, events) => {
      const known = new Map(floor.value?.tokens);
      floor.value = state;
      look(screen);
      if (events.length === 0) onLoad(state);
      for (const event of events) {
        onEvent(event, known.get(event.token?.id ?? ""));
        if (event.token) known.set(event.token.id, event.token);
      }
    },
  });
  socket.on("heartbeat", (/** @type {Baari.HeartbeatOut} */ beat) => {
    setClock(beat);
    resumesAt.value = beat.resumes_at;
  });
  /** @param {unknown} why */
  const again = (why) => {
    // A proxy may also swallow the websocket: then nothing is refused, and nothing opens.
    if (why instanceof Error && why.message === "timeout") socket.io.opts.transports = ["polling", "websocket"];
    cuts.value += 1;
    if (why instanceof Error && why.message === "unauthenticated" && !isOfPerson()) location.reload(); // not paired any more
    return socket.active || setTimeout(() => socket.connect(), AGAIN_MS);
  };
  socket.on("connect_error", again);
  socket.on("disconnect", again); // sent away by the server: who may still watch comes back
  socket.on("hint", onHint);
  socket.on("named", identify);
  let opened = performance.now();
  socket.on("connect", () => {
    opened = performance.now();
  });
  screen.start();
  setInterval(() => {
    look(screen);
    // Half open: it seems to stand, and nothing comes through it. A new one is opened.
    if (socket.connected && !screen.live && performance.now() - opened > HALF_OPEN_MS) socket.disconnect();
  }, LOOK_MS);
  return screen;
}

/** The time of the centre at which the picture is: it stands while nothing confirms it. */
export const pictured = computed(() => (live.value ? now.value : (asOf.value ?? now.value)));

/** Whether somebody has signed in on this page, who is told what has ended. */
const isOfPerson = () => "user" in page && page.user !== null;

/** @param {Baari.NamedOut} told by the server */
function identify({ name }) {
  identity.value = name;
  setTimeout(() => {
    identity.value = null;
  }, IDENTITY_MS);
}

/** @param {{ now: string, ahead_s: number }} told by the server */
function setClock(told) {
  zero = Date.parse(told.now) - performance.now();
  ahead.value = told.ahead_s * 1000;
}

/** @param {Screen} screen */
function look(screen) {
  now.value = zero + performance.now();
  if (screen.live) asOf.value = now.value;
  live.value = screen.live && !over.value;
}

/**
 * Return a time of the centre's own clock as people are shown it, 10:42.
 *
 * @param {number} milliseconds
 */
export function clock(milliseconds) {
  const zone = /** @type {const} */ ({ timeZone: page.centre.timezone, hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  return new Intl.DateTimeFormat("en-GB", zone).format(milliseconds - ahead.value);
}

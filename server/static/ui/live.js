// This page's live floor: `floor` is what the server last said, `live` whether that is fresh, `asOf` when it was.

import { Screen } from "../live/screen.js";
import { signal } from "../vendor/signals.js";
import { io } from "../vendor/socket.io.js";
import { read } from "./http.js";
import { page } from "./page.js";

const LOOK_MS = 500;

/** {centre, epoch, seq, tokens: Map, counters: Map}, or null before the first answer. */
export const floor = signal(null);
export const live = signal(false);
/** The time of the centre, in milliseconds, when the floor was last confirmed; and the time now. */
export const asOf = signal(null);
export const now = signal(page.now ? Date.parse(page.now) : Date.now());

let zero = now.value - performance.now();

/**
 * Follow the page's centre. `onEvent` gets every event that comes live or in a catch-up after the first load, `onLoad`
 * the floor each time there are none: it was loaded, or nothing was missed.
 */
export function follow(onEvent = () => {}, onLoad = () => {}) {
  const socket = io("/live", { auth: { csrf: page.csrf }, transports: ["websocket", "polling"], reconnectionDelayMax: 2000 });
  const path = `/api/v1/centres/${page.centre.code}/snapshot`;
  const screen = new Screen({
    centre: page.centre.code,
    socket,
    loadSnapshot: async (signal) => {
      const snapshot = await read(path, { signal });
      setClock(snapshot.now);
      return snapshot;
    },
    onChange: (state, events) => {
      floor.value = state;
      look(screen);
      if (events.length === 0) onLoad(state);
      events.forEach(onEvent);
    },
  });
  socket.on("heartbeat", (beat) => setClock(beat.now));
  const again = () => socket.active || setTimeout(() => socket.connect(), 2000);
  socket.on("connect_error", again);
  socket.on("disconnect", again); // sent away by the server: who may still watch comes back
  screen.start();
  setInterval(() => look(screen), LOOK_MS);
  return screen;
}

/** Take the server's clock: the device's own may be wrong. */
function setClock(text) {
  zero = Date.parse(text) - performance.now();
}

function look(screen) {
  now.value = zero + performance.now();
  if (screen.live) asOf.value = now.value;
  live.value = screen.live;
}

/** Return a time of the centre as 10:42. */
export function clock(milliseconds) {
  const zone = { timeZone: page.centre.timezone, hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
  return new Intl.DateTimeFormat("en-GB", zone).format(milliseconds);
}

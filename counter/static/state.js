// What the console knows: its seat, the line, the token that is here, and which panel is open.

import { computed, effect, signal } from "/static/vendor/signals.js";
import { followStops } from "/static/staff/stopped.js";
import { NoAnswer, read, Refusal } from "/static/ui/http.js";
import { floor, follow, live } from "/static/ui/live.js";
import { page } from "/static/ui/page.js";
import { tokens } from "./answers.js";

const LINE_DELAY_MS = 150;

export const counter = signal(null);
export const line = signal(null);
export const pending = signal(null);
export const refusal = signal(null);
export const printer = signal(null);
/** {name, token} of the open panel, or null. */
export const panel = signal(null);

export const stopped = computed(() => floor.value?.frozen ?? false);
export const here = computed(() => floor.value?.counters.get(counter.value) ?? null);
/** The token that this counter has called or serves, or helps with. */
export const current = computed(() => [...tokens.value.values()].find(isHere) ?? null);

function isHere({ state, counter: at, beside }) {
  return ["called", "serving"].includes(state) && [at, ...beside].includes(counter.value);
}

/** Whether this counter only helps with the party that is here. */
export const helping = computed(() => current.value !== null && current.value.counter !== counter.value);

export const at = (verb) => `/api/v1/counters/${counter.value}/${verb}`;
export const centre = (path) => `/api/v1/centres/${page.centre.code}/${path}`;
let timer = null;
let screen = null;

/** Read the line again, once for a burst of events. */
export function refreshLine() {
  clearTimeout(timer);
  timer = setTimeout(async () => {
    if (!counter.value) return;
    try {
      line.value = await read(at("line"));
    } catch (error) {
      if (!(error instanceof Refusal || error instanceof NoAnswer)) throw error;
    }
  }, LINE_DELAY_MS);
}

/** Ask for the floor again: this screen was behind. */
export function catchUp() {
  screen.sync();
}

/** Open a panel, about a token perhaps. */
export function show(name, token = null) {
  refusal.value = null;
  panel.value = { name, token };
}

export function closePanel() {
  panel.value = null;
  refusal.value = null;
}

/** Follow the floor. */
export function begin() {
  screen = follow((event) => {
    const stage = event.token?.stage ?? event.counter?.stage;
    if (!here.value || !stage || stage === here.value.stage || event.type === "token.finished") refreshLine();
  });
  screen.socket.on("hint", (hint) => {
    if (hint.kind === "printer") printer.value = hint.state === "ready" ? null : hint;
  });
  followStops();
  let wasLive = false;
  effect(() => {
    if (live.value && !wasLive) refreshLine();
    wasLive = live.value;
  });
}

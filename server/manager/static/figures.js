// What the manager's page reads beside the live floor, and the levers it has.

import { computed, signal } from "/static/vendor/signals.js";
import { command, NoAnswer, read, Refusal } from "/static/ui/http.js";
import { floor, follow, now } from "/static/ui/live.js";
import { page } from "/static/ui/page.js";

const READ_MS = 5000;
const CHANGE_MS = 400;
const DEVICES_KEPT = 5;
const at = `/api/v1/centres/${page.centre.code}`;

export const outlook = signal(null);
export const stats = signal(null);
export const chosen = signal(null);
export const table = signal(false);
export const undo = signal(null);
export const notice = signal("");
export const hints = signal([]);

/** The stages of the page with what is in them now. */
export const stages = computed(() => page.centre.stages.map((stage) => ({ ...stage, ...contents(stage.code) })));

function contents(code) {
  const tokens = [...(floor.value?.tokens.values() ?? [])].filter((token) => token.stage === code);
  const counters = [...(floor.value?.counters.values() ?? [])].filter((counter) => counter.stage === code);
  const busy = new Map(tokens.filter((token) => token.counter).map((token) => [token.counter, token]));
  return {
    waiting: tokens.filter((token) => token.state === "waiting"),
    called: tokens.filter((token) => token.state === "called").length,
    serving: tokens.filter((token) => token.state === "serving").length,
    missed: tokens.filter((token) => token.state === "missed").length,
    counters: counters.map((counter) => ({ ...counter, token: busy.get(counter.id) ?? null })),
    open: counters.filter((counter) => counter.state === "open").length,
  };
}

/** Whether a called person has not been started for three minutes: the counter is silent. */
export function silent(counter) {
  return counter.token?.state === "called" && now.value - Date.parse(counter.token.called_at) > 180_000;
}

async function load() {
  try {
    [outlook.value, stats.value] = await Promise.all([read(`${at}/outlook`), read(`${at}/stats`)]);
  } catch (error) {
    if (!(error instanceof Refusal || error instanceof NoAnswer)) throw error;
  }
}

const OPPOSITE = { open: "close", close: "open", pause: "open" };

/** Pull a lever at some counters: open, close or pause; the token that is there is still served. */
export async function pull(verb, ids, reason = null) {
  notice.value = "";
  try {
    for (const id of ids) await command(`/api/v1/counters/${id}/${verb}`, verb === "open" ? {} : { reason, after_current: true });
    undo.value = { verb: OPPOSITE[verb], ids };
  } catch (error) {
    if (!(error instanceof Refusal || error instanceof NoAnswer)) throw error;
    notice.value = error.message;
  }
  await load();
}

/** Take the last lever back. */
export async function takeBack() {
  const last = undo.value;
  await pull(last.verb, last.ids);
  undo.value = null;
}

export function begin() {
  let timer = null;
  const screen = follow(() => {
    timer ??= setTimeout(() => {
      timer = null;
      load();
    }, CHANGE_MS);
  });
  screen.socket.on("hint", (hint) => {
    const others = hints.value.filter(({ device }) => device !== hint.device);
    hints.value = (hint.state === "ready" ? others : [hint, ...others]).slice(0, DEVICES_KEPT);
  });
  load();
  setInterval(load, READ_MS);
}

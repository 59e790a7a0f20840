// What the manager's page reads beside the live floor, and the levers it has.

import { computed, signal } from "/static/vendor/signals.js";
import { followStops, minutesSince } from "/static/staff/stopped.js";
import { command, NoAnswer, read, Refusal } from "/static/ui/http.js";
import { floor, follow } from "/static/ui/live.js";
import { page } from "/static/ui/page.js";
import { t } from "/static/ui/words.js";

const READ_MS = 5000;
const CHANGE_MS = 400;
const DEVICES_KEPT = 5;
const SILENT_MIN = 3;
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
  const here = tokens.filter(({ state }) => ["called", "serving"].includes(state));
  const busy = new Map(here.flatMap((token) => [token.counter, ...token.beside].map((counter) => [counter, token])));
  return {
    waiting: tokens.filter((token) => token.state === "waiting"),
    called: tokens.filter((token) => token.state === "called").length,
    serving: tokens.filter((token) => token.state === "serving").length,
    missed: tokens.filter((token) => token.state === "missed").length,
    counters: counters.map((counter) => ({ ...counter, token: busy.get(counter.id) ?? null })),
    open: counters.filter((counter) => counter.state === "open").length,
    busy: counters.filter((counter) => busy.has(counter.id)).length,
  };
}

/** Whether a called person has not been started for three minutes: the counter is silent. */
export function silent(counter) {
  return counter.token?.state === "called" && minutesSince(counter.token.called_at) >= SILENT_MIN;
}

async function load() {
  try {
    [outlook.value, stats.value] = await Promise.all([read(`${at}/outlook`), read(`${at}/stats`)]);
  } catch (error) {
    if (!(error instanceof Refusal || error instanceof NoAnswer)) throw error;
  }
}

const OPPOSITE = { open: "close", close: "open", pause: "open" };

/** Run commands one after the other, and say what was refused; `back` is what takes them back. */
async function steer(commands, back) {
  notice.value = "";
  try {
    for (const [path, body] of commands) await command(path, body);
    undo.value = back;
  } catch (error) {
    if (!(error instanceof Refusal || error instanceof NoAnswer)) throw error;
    notice.value = refused(error);
  }
  await load();
}

function refused(error) {
  const said = {
    counter_busy: t("This counter has somebody already."),
    counter_not_open: t("This counter is not open."),
    no_current_token: t("Nobody is at this counter now."),
    centre_frozen: t("The floor is stopped. Nobody is called or missed."),
  };
  return error instanceof NoAnswer ? t("No answer. Please look at the floor.") : (said[error.code] ?? error.message);
}

/** Pull a lever at some counters: open, close or pause; the token that is there is still served. */
export function pull(verb, ids, reason = null) {
  const body = verb === "open" ? {} : { reason, after_current: true };
  return steer(ids.map((id) => [`/api/v1/counters/${id}/${verb}`, body]), { verb: OPPOSITE[verb], ids });
}

/** Call the token of a counter that is out of order to another one; the one out of order is paused. */
export function takeOver(label, from, to) {
  return steer([[`/api/v1/counters/${from}/take-over`, { to }]], { verb: "move", label, from: to, to: from });
}

/** Call it back to where it was; both counters are open again. */
function moveBack({ label, from, to }) {
  const open = (id) => [`/api/v1/counters/${id}/open`, {}];
  return steer([open(to), [`/api/v1/counters/${from}/take-over`, { to }], open(from)], { verb: "move", label, from: to, to: from });
}

/** Stop the floor. */
export const freeze = (reason) => steer([[`${at}/freeze`, { reason }]], undo.value);

/** Let the floor go on. */
export const unfreeze = () => steer([[`${at}/unfreeze`, {}]], undo.value);

/** Take the last lever back. */
export async function takeBack() {
  const { verb, ids } = undo.value;
  await (verb === "move" ? moveBack(undo.value) : pull(verb, ids));
  if (!notice.value) undo.value = null;
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
  followStops();
  load();
  setInterval(load, READ_MS);
}

// What the console knows: the seat, the line, what is under way, and what was refused.

import { computed, effect, signal } from "/static/vendor/signals.js";
import { command, NoAnswer, read, Refusal } from "/static/ui/http.js";
import { floor, follow, live } from "/static/ui/live.js";
import { page } from "/static/ui/page.js";
import { t } from "/static/ui/words.js";

const LINE_DELAY_MS = 150;
const ACTIONS_KEPT = 5;
const SEAT = "baari-counter";

export const counter = signal(null);
export const line = signal(null);
export const pending = signal(null);
export const refusal = signal(null);
export const actions = signal([]);
export const printer = signal(null);
export const help = signal(false);

/** The counter and its token as the floor says; the floor follows every event. */
export const here = computed(() => floor.value?.counters.get(counter.value) ?? null);
export const current = computed(
  () => [...(floor.value?.tokens.values() ?? [])].find((token) => token.counter === counter.value && token.counter) ?? null,
);

const at = (verb) => `/api/v1/counters/${counter.value}/${verb}`;
let timer = null;

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

let before = Promise.resolve();

/** Send a verb of this counter, after the one under way; what is refused is told where the key was pressed. */
export function act(verb, body = {}) {
  before = before.then(() => run(verb, body));
}

/** A key was pressed that cannot work while the server is away. */
export function refuseOffline() {
  refusal.value = { code: "offline", text: t("No connection: the key did nothing. It comes back by itself.") };
}

async function run(verb, body) {
  pending.value = verb;
  refusal.value = null;
  const label = current.value?.label;
  try {
    const answer = await command(at(verb), body);
    note(verb, answer.call?.token.label ?? answer.token?.label ?? label);
  } catch (error) {
    refuse(verb, error);
  } finally {
    pending.value = null;
    refreshLine();
  }
}

/** Sit down at a counter. */
export async function sit(id, takeOver = false) {
  refusal.value = null;
  try {
    await command(`/api/v1/counters/${id}/sit`, { take_over: takeOver });
    counter.value = id;
    line.value = null;
    actions.value = [];
    sessionStorage.setItem(SEAT, id);
    refreshLine();
  } catch (error) {
    refuse("sit", error, id);
  }
}

/** Get up and choose another counter. */
export async function leave() {
  try {
    await command(at("leave"));
    counter.value = null;
    sessionStorage.removeItem(SEAT);
  } catch (error) {
    refuse("leave", error);
  }
}

export function dismiss() {
  refusal.value = null;
}

function note(verb, label) {
  actions.value = [{ verb, label, at: Date.now() }, ...actions.value].slice(0, ACTIONS_KEPT);
}

function refuse(verb, error, id = counter.value) {
  if (!(error instanceof Refusal || error instanceof NoAnswer)) throw error;
  refusal.value = { verb, id, code: error.code ?? "no_answer", text: told(error), user: error.details?.user };
}

/** The refusal in the clerk's words; the server's own sentence where there are none. */
function told(error) {
  if (error instanceof NoAnswer) return t("No answer. It was sent again; look at the token.");
  const known = {
    queue_empty: t("Nobody is waiting."),
    counter_not_open: t("Open the counter first."),
    counter_busy: t("Finish the token that is here first."),
    no_current_token: t("There is no token here any more."),
    counter_taken: t("Somebody else is at this counter: {user}.", { user: error.details.user }),
    not_your_counter: t("Somebody else has taken this counter over."),
    unauthenticated: t("Please sign in again."),
  };
  return known[error.code] ?? error.message;
}

/** Follow the floor, and take the seat again that this tab had before it was reloaded. */
export function begin() {
  const screen = follow((event) => {
    const stage = event.token?.stage ?? event.counter?.stage;
    if (!here.value || !stage || stage === here.value.stage || event.type === "token.finished") refreshLine();
  });
  screen.socket.on("hint", (hint) => {
    if (hint.kind === "printer") printer.value = hint.state === "ready" ? null : hint;
  });
  let wasLive = false;
  effect(() => {
    if (live.value && !wasLive) refreshLine();
    wasLive = live.value;
  });
  const seat = sessionStorage.getItem(SEAT);
  if (seat) sit(seat);
}

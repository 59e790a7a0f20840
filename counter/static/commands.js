// What the keys do: commands go one after the other, and what is refused is told where the key was pressed.

import { minutesSince } from "/static/staff/stopped.js";
import { command, NoAnswer, Refusal } from "/static/ui/http.js";
import { live } from "/static/ui/live.js";
import { page } from "/static/ui/page.js";
import { awaitAnswer } from "./answers.js";
import { nothing, offline, told } from "./refusals.js";
import { at, catchUp, centre, closePanel, counter, current, helping, here, line, panel, pending, refreshLine, refusal, show } from "./state.js";

const SEAT = "baari-counter";
let before = Promise.resolve();

/** Send a command after the one under way; resolves to its answer, or to null when it was refused. */
function send(name, path, body = () => ({})) {
  const mine = before.then(() => run(name, path, body));
  before = mine;
  return mine;
}

async function run(name, path, body) {
  pending.value = name;
  refusal.value = null;
  const take = awaitAnswer();
  try {
    const answer = await command(path, body());
    const token = answer.call?.token ?? answer.token;
    if (token?.staff) take(token);
    return answer;
  } catch (error) {
    refuse(name, error);
    return null;
  } finally {
    pending.value = null;
    refreshLine();
  }
}

/** What the screen shows at this counter, so that a key pressed on an old picture is refused. */
function seen() {
  return current.value ? { token: current.value.id, state: current.value.state } : {};
}

/** Do a verb; one that cannot work now is sent too, so that the refusal says why. */
export function act(verb, body = {}) {
  if (!live.value) return void (refusal.value = offline());
  if (helping.value && !verb.when(here.value, current.value, true)) return void (refusal.value = nothing("lead"));
  if (!verb.panel) return void send(verb.verb, at(verb.verb), () => ({ ...(verb.seen ? seen() : {}), ...body }));
  before = before.then(() => ask(verb.verb));
}

/** Open a panel about the token that is here. */
function ask(name) {
  if (current.value) show(name, current.value);
  else refusal.value = nothing("current");
}

/** Take back an action of this counter: the one of an event, or the last. */
export function undo(event) {
  send("undo", at("undo"), () => (event ? { event } : {}));
}

/** Whether an action is young enough to be undone. */
export function fresh({ at: when }) {
  return minutesSince(when) < page.undo_min;
}

/** Serve somebody again who is parked here. */
export function resume(token) {
  send("resume", at("resume"), () => ({ token: token.id }));
}

/** Note somebody as absent who is parked here. */
export function missHeld(token) {
  return send("miss", at("miss"), () => ({ token: token.id, state: token.state }));
}

/** Give somebody who was missed or away their fair place again. */
export function isHere(token) {
  send("here", centre(`tokens/${token.id}/here`), () => ({ counter: counter.value }));
}

/** Send a command of a panel; the panel closes when it was done. */
export async function sendFromPanel(name, path, body) {
  const opened = panel.value;
  const answer = await send(name, path, () => body);
  if (answer && panel.value === opened) closePanel();
  return answer;
}

/** Send the current token to a stage or a counter. */
export function transfer(token, where) {
  return sendFromPanel("transfer", at("transfer"), { token: token.id, state: token.state, ...where });
}

/** Call somebody out of order, for a reason of the centre's list. */
export function callOutOfOrder(token, reason) {
  return sendFromPanel("call", at("call"), { token: token.id, reason });
}

/** Change the service of a token, what is known of it, or both. */
export async function change(token, service, known) {
  const path = centre(`tokens/${token.id}/`);
  const desk = { counter: counter.value };
  if (service && !(await send("correct", `${path}correct`, () => ({ service, ...desk })))) return;
  if (!Object.keys(known).length || (await send("remark", `${path}remark`, () => ({ ...known, ...desk })))) closePanel();
}

/** Give a token at this desk; resolves to the answer, or to null. */
export function issue(order) {
  return send("issue", centre("tokens"), () => ({ ...order, counter: counter.value }));
}

/** Sit down at a counter. */
export async function sit(id, takeOver = false) {
  refusal.value = null;
  try {
    await command(`/api/v1/counters/${id}/sit`, { take_over: takeOver });
    counter.value = id;
    line.value = null;
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

/** Take the seat again that this tab had before it was reloaded. */
export function sitAgain() {
  const seat = sessionStorage.getItem(SEAT);
  if (seat) sit(seat);
}

function refuse(verb, error, id = counter.value) {
  if (!(error instanceof Refusal || error instanceof NoAnswer)) throw error;
  refusal.value = { verb, id, code: error.code ?? "no_answer", text: told(error, verb) };
  if (error.code === "stale") catchUp();
}

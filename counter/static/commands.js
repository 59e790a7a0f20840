// What the keys do: commands go one after the other, and what is refused is told where the key was pressed.

import { askSession } from "/static/staff/session.js";
import { minutesSince } from "/static/staff/stopped.js";
import * as addresses from "/static/ui/addresses.js";
import { command, Failure } from "/static/ui/http.js";
import { awaitAnswer } from "./answers.js";
import { hindrance } from "./hindrance.js";
import { page } from "./page.js";
import { nothing, printing, sentenceOf, takeBack } from "./refusals.js";
import { at, catchUp, closePanel, counter, current, helping, line, panel, pending, readLine, refreshLine, refusal, seat, show } from "./state.js";
import { fits } from "./verbs.js";

/** @typedef {Baari.StaffToken} Token */

/**
 * @template {keyof Baari.Commands} Path
 * @typedef {import("/static/ui/addresses.js").Address<Path>} Address
 */

/** The command under way, with all before it. @type {Promise<unknown>} */
let before = Promise.resolve();

/**
 * Send a command after the one under way; resolves to its answer, or to null when it was refused. Its body is made when
 * its turn has come, and means what the commands before it have made. A key is given where the same may be sent once more.
 *
 * @template {keyof Baari.Commands} Path
 * @param {string} name
 * @param {Address<Path>} address
 * @param {() => Baari.Commands[Path]["body"]} body
 * @param {string} [key]
 */
export function send(name, address, body, key) {
  // In a chain: two keys pressed fast must arrive in this order, and the second mean what the first has made.
  const answer = before.then(() => run(name, address, body, key));
  before = answer;
  return answer;
}

/**
 * @template {keyof Baari.Commands} Path
 * @param {string} name
 * @param {Address<Path>} address
 * @param {() => Baari.Commands[Path]["body"]} body
 * @param {string} [key]
 */
async function run(name, address, body, key) {
  refusal.value = null;
  // Asked when its turn has come: the server may have gone since the key was pressed.
  const against = hindrance();
  if (against) {
    refusal.value = against;
    return null;
  }
  pending.value = name;
  const take = awaitAnswer();
  try {
    const answer = await command(address, body(), { key });
    const token = tokenOf(answer);
    if (token) take(token);
    return answer;
  } catch (error) {
    refuse(name, error);
    return null;
  } finally {
    pending.value = null;
    refreshLine();
  }
}

/**
 * Return the token of an answer as staff see it, if that is in it.
 *
 * @param {unknown} answer
 */
function tokenOf(answer) {
  const { call, token } = /** @type {{ call?: Baari.CallOut, token?: Token }} */ (answer);
  return [call?.token, token].find((changed) => changed?.staff);
}

/** What the screen shows at this counter, so that a key pressed on an old picture is refused. */
function seen() {
  return current.value ? { token: current.value.id, state: current.value.state } : {};
}

/**
 * Do a verb; one that cannot work now is sent too, so that the refusal says why.
 *
 * @param {import("./verbs.js").Verb} verb
 * @param {{ outcome?: string, token?: string, state?: Token["state"] }} [more] what the clerk has said, and of whom
 */
export function act(verb, more = {}) {
  const leads = !seat.value || !helping.value || fits(verb, seat.value, current.value, true);
  if (!leads) refusal.value = nothing("lead");
  else if (verb.panel) before = before.then(() => ask(verb.verb));
  else send(verb.verb, at(verb.verb), () => ({ ...(verb.seen ? seen() : {}), ...more }));
}

/**
 * Open a panel about the token that is here.
 *
 * @param {import("./state.js").PanelName} name
 */
function ask(name) {
  if (current.value) show(name, current.value);
  else refusal.value = nothing("current");
}

/**
 * Take back an act of this counter; a slip that is out with it is to be asked for.
 *
 * @param {number} act
 */
export async function undo(act) {
  askForSlip(await send("undo", at("undo"), () => ({ act })));
}

/** Take back the first act of the list, as it stands when all commands before are done. */
export function undoFirst() {
  // In the chain, and by a list that is read anew: what was given a moment ago is not in the one that is shown.
  before = before.then(async () => {
    await readLine();
    const [first] = line.value?.acts ?? [];
    if (first) askForSlip(await run("undo", at("undo"), () => ({ act: first.act })));
    else refusal.value = nothing("acts");
  });
}

/** @param {Baari.UndoneAnswer | null} undone */
function askForSlip(undone) {
  if (undone?.take_back) refusal.value = takeBack(undone.take_back);
}

/**
 * Whether an act is young enough to be undone.
 *
 * @param {Baari.ActView} act
 */
export function fresh(act) {
  return minutesSince(act.at) < page.undo_min;
}

/**
 * Cancel a token that nobody needs.
 *
 * @param {Token} token
 */
export function cancel(token) {
  return sendFromPanel("cancel", addresses.cancelToken(token.id), { counter: counter.value });
}

/**
 * Serve somebody again who is parked here.
 *
 * @param {Token} token
 */
export function resume(token) {
  send("resume", at("resume"), () => ({ token: token.id }));
}

/**
 * Note somebody as absent who is parked here.
 *
 * @param {Token} token
 */
export function missHeld(token) {
  return send("miss", at("miss"), () => ({ token: token.id, state: token.state }));
}

/**
 * Give somebody who was missed or away their fair place again.
 *
 * @param {Token} token
 */
export function returnToLine(token) {
  send("return", addresses.returnToken(token.id), () => ({ counter: counter.value }));
}

/**
 * Send a command of a panel, and return its answer; the panel closes when it was done.
 *
 * @template {keyof Baari.Commands} Path
 * @param {string} name
 * @param {Address<Path>} address
 * @param {Baari.Commands[Path]["body"]} body
 */
async function sendFromPanel(name, address, body) {
  const opened = panel.value;
  const answer = await send(name, address, () => body);
  // Another panel may be open by now, which must not lose what was typed into it.
  if (answer && panel.value === opened) closePanel();
  return answer;
}

/**
 * Send the current token to a stage or a counter.
 *
 * @param {Token} token
 * @param {Baari.TransferIn} target
 */
export function transfer(token, target) {
  return sendFromPanel("transfer", at("transfer"), { token: token.id, state: token.state, ...target });
}

/**
 * Call somebody out of order, for a reason of the centre's list.
 *
 * @param {Token} token
 * @param {string} reason
 */
export function callOutOfOrder(token, reason) {
  return sendFromPanel("call", at("call"), { token: token.id, reason });
}

/**
 * Print the slip of a token once more, at a printer or where it was last.
 *
 * @param {Token} token
 * @param {string} reason
 * @param {string | undefined} printer
 */
export async function reprint(token, reason, printer) {
  const printed = await sendFromPanel("reprint", addresses.reprintSlip(token.id), { reason, print_at: printer });
  if (printed && !panel.value) refusal.value = printing();
}

/**
 * Give a token an appointment.
 *
 * @param {Token} token
 * @param {Pick<Baari.AttachIn, "appointment" | "booking" | "service">} appointment
 */
export function attach(token, appointment) {
  return sendFromPanel("attach", addresses.attach(token.id), { ...appointment, counter: counter.value });
}

/**
 * End a token in another one of the same person.
 *
 * @param {Token} ends
 * @param {Token} stays
 */
export function merge(ends, stays) {
  return sendFromPanel("merge", addresses.merge(ends.id), { into: stays.id, counter: counter.value });
}

/**
 * Change the service of a token, what is known of it, or both.
 *
 * @param {Token} token
 * @param {string | undefined} service
 * @param {Baari.RemarkIn} known
 */
export async function change(token, service, known) {
  const at = { counter: counter.value };
  if (service && !(await send("correct", addresses.correct(token.id), () => ({ service, ...at })))) return;
  if (!Object.keys(known).length || (await send("remark", addresses.remark(token.id), () => ({ ...known, ...at })))) closePanel();
}

/**
 * Give a token at this counter; resolves to the answer, or to null.
 *
 * @param {Baari.TokenIn} order
 * @param {string} key of the order
 */
export function issue(order, key) {
  return send("issue", addresses.tokens(), () => ({ ...order, counter: counter.value }), key);
}

/**
 * Say what was refused, where the key was pressed.
 *
 * @param {string} verb
 * @param {unknown} error
 * @param {string | null} [id]
 */
export function refuse(verb, error, id = counter.value) {
  if (!(error instanceof Failure)) throw error;
  refusal.value = { verb, counter: id, code: error.code, text: sentenceOf(error, verb) };
  // The picture was old, so it is asked for anew: the clerk presses again on what is true.
  if (error.code === "stale") catchUp();
  if (["counter_busy", "forbidden", "not_your_counter", "unauthenticated"].includes(error.code)) askSession();
}

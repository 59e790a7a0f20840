// Who can sign in and which keys are in force, asked every few seconds; and what is done with them.

import { signal } from "/static/vendor/signals.js";
import * as at from "/static/ui/addresses.js";
import { command, Failure, read } from "/static/ui/http.js";
import { unlessEnded } from "/static/staff/session.js";
import { t } from "/static/ui/words.js";

const ASK_MS = 3000;
/** Without letters and digits that are taken for each other when they are copied by hand. */
const SIGNS = "abcdefghjkmnpqrstuvwxyz23456789";

/** @typedef {{ kind: "add" | "key" } | { kind: "person" | "password" | "disable" | "second_step" | "leave", person: Baari.PersonView } | { kind: "revoke" | "rotate", key: Baari.KeyView } | { kind: "waits", approval: Baari.ApprovalView } | { kind: "told", whose: string, secret: string }} Asked */

/** The people of the centre, null before they are known. @type {import("@preact/signals").Signal<Baari.PersonView[] | null>} */
export const people = signal(null);
/** The keys in force. @type {import("@preact/signals").Signal<Baari.KeyView[]>} */
export const keys = signal([]);
/** Which panel is open. @type {import("@preact/signals").Signal<Asked | null>} */
export const asked = signal(null);
/** What was refused, in words. @type {import("@preact/signals").Signal<string | null>} */
export const refused = signal(null);
/** Whether an answer is awaited. */
export const busy = signal(false);

/** Ask for everything anew. */
export async function load() {
  await unlessEnded(async () => {
    const [all, inForce] = await Promise.all([read(at.people()), read(at.keys())]);
    people.value = all.people;
    keys.value = inForce.keys;
  });
}

/** Ask again and again. */
export function begin() {
  load();
  setInterval(load, ASK_MS);
}

/**
 * Open a panel, or close it.
 *
 * @param {Asked | null} next
 */
export function open(next) {
  refused.value = null;
  asked.value = next;
}

/**
 * Send something, say what is refused, and show what is so now. What `then` returns is the next panel.
 *
 * @template T
 * @param {() => Promise<T>} send
 * @param {(answer: T) => Asked | null} [then]
 */
export async function act(send, then = () => null) {
  busy.value = true;
  try {
    open(then(await send()));
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    refused.value = words(error);
  } finally {
    busy.value = false;
    load();
  }
}

/** @param {Failure} failure */
function words({ code, message }) {
  if (code === "already_there") return t("This name is taken.");
  if (code === "unknown_person") return t("Nobody has this name.");
  if (code === "kept_elsewhere") return t("Another centre keeps this account.");
  if (code === "invalid_input") return t("A name has 1 to 64 characters.");
  if (code === "own_account") return t("Somebody else does this to your account.");
  if (code === "unknown_device" || code === "unknown_counter") return t("There is nothing of this name here.");
  if (code === "no_answer") return t("No answer. Please try again.");
  return message;
}

/** The panel that says that a second person is asked, if one is. @type {(answer: { approval?: Baari.ApprovalView | null }) => Asked | null} */
const waits = ({ approval }) => (approval ? { kind: "waits", approval } : null);

/**
 * Add somebody by a start password, which is shown once.
 *
 * @param {string} user
 * @param {Baari.PersonIn["role"]} role
 */
export function add(user, role) {
  const password = startPassword();
  act(() => command(at.people(), { user, role, password }), (answer) => waits(answer) ?? { kind: "told", whose: user, secret: password });
}

/** Let somebody who works at another centre work here too. @type {(user: string, role: Baari.RoleIn["role"]) => void} */
export function addFromElsewhere(user, role) {
  act(() => command(at.memberships(), { user, role }), waits);
}

/** Let somebody not work here any more. @param {Baari.PersonView} person */
export function leave({ id }) {
  act(() => command(at.onPerson(id, "membership/end"), {}));
}

/** Give somebody a start password, which is shown once. @param {Baari.PersonView} person */
export function givePassword({ id, user }) {
  const password = startPassword();
  act(() => command(at.onPerson(id, "password"), { password }), () => ({ kind: "told", whose: user, secret: password }));
}

/** @type {(person: Baari.PersonView, role: Baari.RoleIn["role"]) => void} */
export function setRole({ id }, role) {
  act(() => command(at.onPerson(id, "role"), { role }), waits);
}

/** @type {(person: Baari.PersonView, verb: "disable" | "enable" | "unlock") => void} */
export function change({ id }, verb) {
  act(() => command(at.onPerson(id, verb), {}));
}

/** Let somebody whose phone is lost sign in by the password alone. @param {Baari.PersonView} person */
export function endSecondStep({ id }) {
  act(() => command(at.onPerson(id, "second-step/end"), {}));
}

/** End all sessions of somebody. @param {Baari.PersonView} person */
export function endSessions({ id }) {
  act(() => command(at.endSessions(id), {}));
}

/** @param {Baari.KeyView} key */
export function revoke({ id }) {
  act(() => command(at.onKey(id, "revoke"), {}));
}

/** Make a key by a secret that is drawn here, and shown once. @param {Omit<Baari.KeyIn, "secret">} order */
export function createKey(order) {
  const secret = newSecret();
  act(() => command(at.keys(), { ...order, secret }), (answer) => waits(answer) ?? { kind: "told", whose: order.name, secret });
}

function newSecret() {
  return `baari_${btoa(String.fromCharCode(...drawn(33))).replaceAll("+", "-").replaceAll("/", "_")}`;
}

/** Give a key a secret that is drawn here, and shown once. @param {Baari.KeyView} key */
export function rotate({ id, name }) {
  const secret = newSecret();
  act(() => command(at.onKey(id, "rotate"), { secret }), () => ({ kind: "told", whose: name, secret }));
}

/** Three times four signs, each drawn evenly. */
function startPassword() {
  const fair = [...drawn(200)].filter((byte) => byte < 256 - (256 % SIGNS.length)).map((byte) => SIGNS[byte % SIGNS.length]);
  return [0, 4, 8].map((from) => fair.slice(from, from + 4).join("")).join("-");
}

/** crypto.subtle is missing on plain http; random bytes are everywhere. @param {number} count */
function drawn(count) {
  return crypto.getRandomValues(new Uint8Array(count));
}

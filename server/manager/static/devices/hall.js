// The screens of the hall, asked every few seconds; and what is done with them.

import { unlessEnded } from "/static/staff/session.js";
import * as at from "/static/ui/addresses.js";
import { command, Failure, read } from "/static/ui/http.js";
import { t } from "/static/ui/words.js";
import { signal } from "/static/vendor/signals.js";

const ASK_MS = 2500;

/** @typedef {Baari.ScreenView} Screen */
/** @typedef {{ kind: "accept", pairing: Baari.PairingView, code: string } | { kind: "screen" | "rename" | "revoke", screen: Screen }} Asked */

/** The screens of the centre, null before they are known. @type {import("@preact/signals").Signal<Screen[] | null>} */
export const screens = signal(null);
/** Which of them are shown somewhere now, as `kiosk:K1`. @type {import("@preact/signals").Signal<Set<string>>} */
export const connected = signal(new Set());
/** Which panel is open. @type {import("@preact/signals").Signal<Asked | null>} */
export const asked = signal(null);
/** What was refused, in words, and whether that was about a code. @type {import("@preact/signals").Signal<{ text: string, code: boolean } | null>} */
export const refused = signal(null);
/** What was done, in words. @type {import("@preact/signals").Signal<string | null>} */
export const done = signal(null);
/** How many codes were accepted: the field for the next is empty again. */
export const taken = signal(0);
/** Whether an answer is awaited. */
export const busy = signal(false);

/** @param {{ kind: string, id: string }} screen */
export const nameOf = ({ kind, id }) => `${kind}:${id}`;

/** Ask for everything anew. */
export async function load() {
  await unlessEnded(async () => {
    const answer = await read(at.devices());
    screens.value = answer.screens;
    connected.value = new Set(answer.connected);
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
  done.value = null;
  asked.value = next;
}

/**
 * Send something, and say what is refused, or what is done.
 *
 * @template T
 * @param {() => Promise<T>} send
 * @param {(answer: T) => void} then
 * @param {boolean} [code] whether it is about a code
 */
async function act(send, then, code = false) {
  busy.value = true;
  refused.value = null;
  try {
    then(await send());
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    refused.value = { text: words(error), code };
  } finally {
    busy.value = false;
    load();
  }
}

/** @param {Failure} failure */
function words({ code, message }) {
  if (code === "unknown_code") return t("No screen of this centre shows this code.");
  if (code === "invalid_input") return t("A name has 1 to 64 characters.");
  if (code === "no_answer") return t("No answer. Please try again.");
  return message;
}

/** Look which screen shows a code, and ask whether that is the one. @param {string} code */
export function find(code) {
  act(() => read(at.shownCode(code)), ({ pairing }) => open({ kind: "accept", pairing, code }), true);
}

/**
 * Pair the screen that shows a code as one of the centre.
 *
 * @param {string} code
 * @param {string} screen as `kiosk:K1`
 */
export function accept(code, screen) {
  const paired = () => {
    open(null);
    taken.value += 1;
    done.value = t("{screen} is paired.", { screen: screen.split(":")[1] });
  };
  act(() => command(at.pairDevice(), { code, as_screen: screen }), paired);
}

/** @param {Screen} screen */
export function identify(screen) {
  const shows = () => {
    done.value = t("{screen} shows its name now.", { screen: screen.id });
  };
  act(() => command(at.onDevice(screen, "identify"), {}), shows);
}

/** @type {(screen: Screen, name: string) => void} */
export function rename(screen, name) {
  act(() => command(at.onDevice(screen, "rename"), { name }), () => open(null));
}

/** @param {Screen} screen */
export function revoke(screen) {
  const gone = () => {
    open(null);
    done.value = t("{screen} is not paired any more.", { screen: screen.id });
  };
  act(() => command(at.onDevice(screen, "revoke"), {}), gone);
}

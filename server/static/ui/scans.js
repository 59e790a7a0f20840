// What a row of signs tells of whoever wrote it: a scanner, or a person. Pure.

import { announced } from "./codes.js";

/** Nobody types sign after sign so fast. */
const FAST_MS = 40;
/** A beginning of what scanners announce: a prefix, or the address on a slip. */
const BEGINNING = /^(https?:?\/?\/?|\][A-Za-z]?)$/i;

/** @typedef {{ event: KeyboardEvent, written: string, placed: string }} Stroke a key that writes: the sign of its layout, and that of its place */

/**
 * Return a row of signs as the layout writes it, and as it stands on a US keyboard.
 *
 * @param {Stroke[]} run
 */
export function textsOf(run) {
  return { written: run.map(({ written }) => written).join(""), placed: run.map(({ placed }) => placed).join("") };
}

/**
 * Return how a row of signs may read: by the layout and by the places of the keys, the likelier first. Scanners send
 * places; whatever a layout makes of them beyond ASCII was not meant, and Caps Lock turns their letters around.
 *
 * @param {Stroke[]} run
 */
export function readingsOf(run) {
  const { written, placed } = textsOf(run);
  const turned = run.some(({ event }) => event.getModifierState?.("CapsLock"));
  const readings = turned || !/^[ -~]*$/.test(written) ? [placed, written] : [written, placed];
  return [...new Set(readings)];
}

/**
 * Whether the signs themselves tell that a scanner wrote them.
 *
 * @param {Stroke[]} run
 */
export function saysSo(run) {
  return readingsOf(run).some(announced);
}

/**
 * Whether a scanner may just have begun to tell so.
 *
 * @param {Stroke[]} run
 */
export function mayGoOn(run) {
  return readingsOf(run).some((text) => BEGINNING.test(text));
}

/**
 * Whether every sign came faster than a person types, and the key after them too, if one is given.
 *
 * @param {Stroke[]} run
 * @param {KeyboardEvent[]} end
 */
export function isFast(run, ...end) {
  const times = [...run.map(({ event }) => event), ...end].map(({ timeStamp }) => timeStamp);
  return times.every((time, place) => place === 0 || time - times[place - 1] <= FAST_MS);
}

/**
 * Whether a digit is among the signs, by either reading.
 *
 * @param {Stroke[]} run
 */
export function hasDigit(run) {
  return run.some(({ written, placed }) => /\p{Nd}/u.test(written + placed));
}

/**
 * Whether a layout made other signs of the keys than those of their places.
 *
 * @param {Stroke[]} run
 */
export function isMangled(run) {
  return run.some(({ written, placed }) => written.toLowerCase() !== placed.toLowerCase());
}

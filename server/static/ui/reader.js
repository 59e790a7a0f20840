// The one reader of keys: it tells what a scanner types from the keys that a person presses, under every layout.

import { hasDigit, isFast, isMangled, mayGoOn, readingsOf, saysSo, textsOf } from "./scans.js";
import { placed, writes, written } from "./strokes.js";

/** A scanner leaves at most 200 ms between two signs, of which a page on a slow computer hears a little late; what stays alone is a key. */
const GAP_MS = 200 + 15;
const SIGNS_MIN = 4;
/** What is known to be a code is waited for longer: its next sign, or its end, comes late to a busy page. */
const CODE_GAP_MS = 500;
/** After this the page looks again whether all that went down has come. */
const BUSY_MS = 5;
const ENDS = ["Enter", "Tab"];
/** What changes other keys and is none by itself. */
const SILENT = ["Shift", "CapsLock", "AltGraph", "NumLock", "Control", "Alt", "Meta", "Fn", "ScrollLock"];
/** Control with these is how some scanners write a line feed, a carriage return, a tab, and what parts a GS1 code. */
const CONTROLS = ["KeyJ", "KeyM", "KeyI", "BracketRight"];
const FIELDS = "input:not([type=radio], [type=checkbox]), textarea, select";

/** @typedef {import("./scans.js").Stroke} Stroke */

/** @typedef {HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement} Field */

/**
 * `key` gets each key that is none of a scanner's, in the order they were pressed and 200 ms after the last of them at the
 * latest; `code` how a code may read, the likelier first. `isKey` tells whether a key means anything on this page, `known`
 * whether a text has the form of a reference of the centre, `typed` whether a field is there to type codes into.
 *
 * @typedef {object} Page
 * @property {(event: KeyboardEvent) => void} key
 * @property {(readings: string[]) => void} code
 * @property {(event: KeyboardEvent) => boolean} isKey
 * @property {(text: string) => boolean} known
 * @property {(field: Field) => boolean} typed
 */

/** Holds signs back until it is known whose they are; what is written into a field is only watched. */
export class Reader {
  /** @param {Page} page */
  constructor(page) {
    this.page = page;
    /** @type {Stroke[]} */
    this.run = [];
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.timer = undefined;
    /** The field into which the run is written, and what stood there before. @type {{ field: Field, value: string } | null} */
    this.into = null;
    /** A key that was sent to where those before it have led. @type {Event | null} */
    this.sent = null;
  }

  /**
   * Hear a key that went down; to be heard before any other listener, in the phase of capture.
   *
   * @param {KeyboardEvent} event
   */
  hear(event) {
    if (event === this.sent || SILENT.includes(event.key)) return;
    const last = this.run.at(-1);
    // A busy page notices late that there was a silence.
    if (last && event.timeStamp - last.event.timeStamp > this.patience()) this.settle();
    if (event.ctrlKey || event.altKey || event.metaKey) this.hearControl(event);
    else if (event.repeat) this.hearRepeated(event);
    else if (ENDS.includes(event.key)) this.hearEnd(event);
    else if (writes(event)) this.hearSign(event);
    else this.pass(event);
  }

  /** @param {KeyboardEvent} event */
  hearControl(event) {
    if (event.ctrlKey && CONTROLS.includes(event.code) && this.isCode()) take(event);
  }

  /** @param {KeyboardEvent} event */
  hearRepeated(event) {
    if (this.run.length && !this.into) take(event);
    else this.page.key(event);
  }

  /** @param {KeyboardEvent} event */
  hearEnd(event) {
    if (this.isCode(event)) {
      take(event);
      this.handOn();
    } else this.pass(event);
  }

  /** @param {KeyboardEvent} event */
  hearSign(event) {
    const field = fieldOf(event);
    if (field !== (this.into?.field ?? null)) this.flush();
    // A space that comes first begins no code: it presses what has the focus.
    if (event.key === " " && !field && !this.run.length) return;
    if (field) this.into ??= { field, value: field.value };
    else take(event);
    this.run.push({ event, written: written(event), placed: placed(event) });
    clearTimeout(this.timer);
    if (this.areKeys()) this.flush();
    else this.timer = setTimeout(() => this.lapse(), this.patience());
  }

  /** The time is over; on a busy page, keys that went down before may still be on their way here. */
  lapse() {
    if (isInputPending()) this.timer = setTimeout(() => this.lapse(), BUSY_MS);
    else this.settle();
  }

  /** Return the milliseconds of silence after which what waits is over. */
  patience() {
    return this.isCode() ? CODE_GAP_MS : GAP_MS;
  }

  /**
   * A key that is no part of a code: those that wait go before it.
   *
   * @param {KeyboardEvent} event
   */
  pass(event) {
    const held = this.run.length > 0 && !this.into;
    this.flush();
    const focused = globalThis.document.activeElement;
    if (held && event.key.startsWith("Arrow") && focused && focused !== event.target) this.send(event, focused);
    else this.page.key(event);
  }

  /**
   * Let a key arrive where the keys before it have led: they were held back while it went to the element of then.
   *
   * @param {KeyboardEvent} event
   * @param {Element} focused
   */
  send(event, focused) {
    take(event);
    this.sent = new KeyboardEvent("keydown", event);
    focused.dispatchEvent(this.sent);
  }

  /** Nothing more has come: what waits is a code, or keys. */
  settle() {
    if (this.isCode()) this.handOn();
    else this.flush();
  }

  handOn() {
    const { into } = this;
    const run = this.forget();
    if (into) restore(into.field, into.value);
    this.page.code(readingsOf(run));
  }

  /** Hand on what waits as keys; what was written into a field is there already. */
  flush() {
    const { into } = this;
    const run = this.forget();
    if (!into) for (const { event } of run) this.press(event);
  }

  /** @param {KeyboardEvent} event */
  press(event) {
    const target = /** @type {HTMLElement} */ (event.target);
    if (event.key === " ") target.click();
    else this.page.key(event);
  }

  forget() {
    clearTimeout(this.timer);
    this.into = null;
    return this.run.splice(0);
  }

  /**
   * Whether what waits was scanned; `end` is the key that came after it.
   *
   * @param {KeyboardEvent} [end]
   */
  isCode(end) {
    if (this.run.length && saysSo(this.run)) return true;
    if (this.run.length < SIGNS_MIN) return false;
    if (this.into) return end !== undefined && hasDigit(this.run) && this.isForeign(this.into.field, end);
    return hasDigit(this.run) || isFast(this.run) || this.run.some(({ event }) => !this.page.isKey(event)) || this.isKnown();
  }

  isKnown() {
    return readingsOf(this.run).some(this.page.known);
  }

  /**
   * Whether what was written into a field was scanned, and does not belong there as it stands. What came no faster than a
   * person types may be theirs, unless it is a reference of the centre by the places of its keys alone, or by itself but not
   * with what stood in the field before.
   *
   * @param {Field} field
   * @param {KeyboardEvent} end
   */
  isForeign(field, end) {
    const { known, typed } = this.page;
    if (isFast(this.run, end)) return !typed(field) || isMangled(this.run);
    const { written, placed } = textsOf(this.run);
    if (known(written)) return typed(field) && !known(field.value);
    return known(placed);
  }

  /** Whether a person pressed all that waits: keys that mean something here, too slow for a scanner. */
  areKeys() {
    return this.run.length >= SIGNS_MIN && !this.into && !this.isCode() && !mayGoOn(this.run);
  }
}

/** Whether the browser has input that no script has heard yet, where it can tell. */
function isInputPending() {
  return /** @type {any} */ (globalThis.navigator)?.scheduling?.isInputPending?.() ?? false;
}

/**
 * Keep an event from the browser and from all who would hear it.
 *
 * @param {Event} event
 */
function take(event) {
  event.preventDefault();
  event.stopImmediatePropagation();
}

/**
 * Return the field that an event writes into, null when it is none.
 *
 * @param {Event} event
 */
function fieldOf({ target }) {
  const element = /** @type {Element} */ (target);
  return element.matches(FIELDS) ? /** @type {Field} */ (element) : null;
}

/**
 * Let a field have again what it had, and tell it so.
 *
 * @param {Field} field
 * @param {string} value
 */
function restore(field, value) {
  field.value = value;
  field.dispatchEvent(new Event(field.matches("select") ? "change" : "input", { bubbles: true }));
}

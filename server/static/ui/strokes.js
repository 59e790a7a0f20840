// What a key of a keyboard means: the sign that its layout gives, and the one that stands in its place on a US keyboard.

/** What each key writes, without and with Shift, where a scanner that knows only the US layout believes it to be. */
const US = new Map([
  ..."ABCDEFGHIJKLMNOPQRSTUVWXYZ".split("").map((letter) => entry(`Key${letter}`, letter.toLowerCase(), letter)),
  ...[..."0123456789"].map((digit) => entry(`Digit${digit}`, digit, ")!@#$%^&*("[Number(digit)])),
  ...[..."0123456789"].map((digit) => entry(`Numpad${digit}`, digit, digit)),
  entry("Minus", "-", "_"), entry("Equal", "=", "+"), entry("BracketLeft", "[", "{"), entry("BracketRight", "]", "}"),
  entry("Backslash", "\\", "|"), entry("Semicolon", ";", ":"), entry("Quote", "'", '"'), entry("Backquote", "`", "~"),
  entry("Comma", ",", "<"), entry("Period", ".", ">"), entry("Slash", "/", "?"), entry("Space", " ", " "),
  entry("NumpadSubtract", "-", "-"), entry("NumpadDivide", "/", "/"), entry("NumpadDecimal", ".", "."), entry("NumpadAdd", "+", "+"),
]);
const CONSOLE = /^[A-Z0-9?]$/;
/** What a key is called that writes nothing by itself: an input method or a dead key has taken its sign. */
const TAKEN = ["Process", "Dead", "Unidentified", "Compose"];

/** @typedef {Pick<KeyboardEvent, "key"> & Partial<Pick<KeyboardEvent, "code" | "getModifierState">>} Key */

/**
 * @param {string} code
 * @param {string} plain
 * @param {string} upper
 * @returns {[string, [string, string]]}
 */
function entry(code, plain, upper) {
  return [code, [plain, upper]];
}

/**
 * Return the sign in the place of a key on a US keyboard, whatever the layout and Caps Lock; empty where it has none.
 *
 * @param {Key} event
 */
export function placed(event) {
  const signs = US.get(event.code ?? "");
  if (signs) return signs[event.getModifierState?.("Shift") ? 1 : 0];
  return isSign(event.key) ? event.key : "";
}

/**
 * Return the sign that the layout gives; that of the place where an input method has taken it.
 *
 * @param {Key} event
 */
export function written(event) {
  return isSign(event.key) ? event.key : placed(event);
}

/**
 * Whether a key writes a sign, and neither leads nor changes others.
 *
 * @param {Key} event
 */
export function writes(event) {
  return isSign(event.key) || (TAKEN.includes(event.key) && placed(event) !== "");
}

/** @param {string} key */
function isSign(key) {
  return [...key].length === 1;
}

/**
 * Return the name of a key by its place, as consoles draw it: N for the key N under every layout. Where that place has no
 * letter or digit it is the sign that was written, and a key that writes none has its own name.
 *
 * @param {Key} event
 */
export function nameOf(event) {
  if (!writes(event)) return event.key;
  const inPlace = placed(event).toUpperCase();
  const own = written(event).normalize("NFKC").toUpperCase();
  if (own === "?") return own;
  return CONSOLE.test(inPlace) ? inPlace : own;
}

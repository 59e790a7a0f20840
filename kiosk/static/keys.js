// Keys that equal touch: a keypad's digit chooses what the screen numbers, and a scanner types a whole code.

const DIGIT_MS = 80; // a digit after which nothing comes is a choice
const CODE_MS = 500; // a busy page hears a scanner late, but never this late
const REFERENCE = /^[A-Z0-9-]{4,64}$/;
const SLIP = /\/t\/([\w-]{8,64})$/;

/**
 * Tell single keys from a scanner, which types many keys at once and ends them with Enter. What it types into a field
 * is left to the field, unless it is the address on a slip.
 *
 * @param {{choose: (digit: string) => void, scanned: (reference: string) => void, slip: (secret: string) => void,
 *   back: () => void}} then
 * @returns {(event: KeyboardEvent) => void} the listener
 */
export function listener({ choose, scanned, slip, back }) {
  let typed = "";
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  let heard = 0;
  let inField = false;

  function settle() {
    if (!/^[1-9]$/.test(typed) || inField) return;
    choose(typed);
    typed = "";
  }

  /** Hand what was typed on if it is a whole code, and tell whether it was. */
  function end() {
    const secret = SLIP.exec(typed)?.[1];
    const reference = typed.toUpperCase();
    typed = "";
    if (secret) slip(secret);
    else if (!inField && REFERENCE.test(reference)) scanned(reference);
    else return false;
    return true;
  }

  return (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    inField = /** @type {Element} */ (event.target).matches("input");
    if (event.key === "Escape" && !inField) back();
    clearTimeout(timer);
    if (event.timeStamp - heard > CODE_MS) typed = "";
    heard = event.timeStamp;
    if (event.key === "Enter" && end()) event.preventDefault();
    if (event.key.length === 1) typed += event.key;
    timer = setTimeout(settle, DIGIT_MS);
  };
}

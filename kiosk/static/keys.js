// Keys that equal touch: a keypad's digit chooses what the screen numbers, and a scanner types a whole reference.

const GAP_MS = 80;
const REFERENCE = /^[A-Z0-9-]{4,64}$/;

/**
 * Tell single keys from a scanner, which types many keys at once and ends them with Enter.
 *
 * @param {{choose: (digit: string) => void, scanned: (reference: string) => void, back: () => void}} then
 * @returns {(event: KeyboardEvent) => void} the listener
 */
export function listener({ choose, scanned, back }) {
  let typed = "";
  let timer;

  function settle() {
    if (/^[1-9]$/.test(typed)) choose(typed);
    typed = "";
  }

  return (event) => {
    if (event.target.matches("input") || event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.key === "Escape") back();
    clearTimeout(timer);
    if (event.key === "Enter" && REFERENCE.test(typed)) {
      event.preventDefault();
      scanned(typed);
      typed = "";
      return;
    }
    if (event.key.length === 1) typed += event.key.toUpperCase();
    timer = setTimeout(settle, GAP_MS);
  };
}

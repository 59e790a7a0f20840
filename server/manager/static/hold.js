// A button that must be held, by pointer or by key, so that nothing big happens by a slip of the hand.

import { html } from "/static/vendor/htm-preact.js";
import { useSignal } from "/static/vendor/signals.js";

const HOLD_MS = 2000;
const KEYS = ["Enter", " "];

/**
 * `fire` runs when the button was held for two seconds; let go earlier, and nothing happens.
 *
 * @param {{ fire: () => void, disabled?: boolean, children: import("/static/ui/parts.js").Children }} props
 */
export function HoldButton({ fire, disabled = false, children }) {
  const timer = useSignal(/** @type {ReturnType<typeof setTimeout> | null} */ (null));
  const end = () => {
    clearTimeout(timer.value ?? undefined);
    timer.value = null;
  };
  const begin = () => {
    timer.value ??= setTimeout(() => {
      end();
      fire();
    }, HOLD_MS);
  };
  /** @type {(act: () => void) => (event: KeyboardEvent) => void} */
  const onKey = (act) => (event) => {
    if (!KEYS.includes(event.key)) return;
    event.preventDefault();
    if (!event.repeat) act();
  };
  /** @param {PointerEvent} event */
  const onPointer = (event) => event.button === 0 && begin();
  /** @param {Event} event */
  const onMenu = (event) => event.preventDefault();
  return html`<button class="button hold" type="button" disabled=${disabled} data-held=${timer.value !== null}
    onPointerDown=${onPointer} onPointerUp=${end} onPointerLeave=${end} onPointerCancel=${end} onBlur=${end}
    onKeyDown=${onKey(begin)} onKeyUp=${onKey(end)} onContextMenu=${onMenu}><i></i><span>${children}</span></button>`;
}

// A button that must be held, by pointer or by key, so that nothing big happens by a slip of the hand.

import { t } from "/static/ui/words.js";
import { html } from "/static/vendor/htm-preact.js";
import { useSignal } from "/static/vendor/signals.js";

const HOLD_MS = 2000;
const KEYS = ["Enter", " "];

/** So long a press that was too short may be confirmed instead. */
const ASKED_MS = 10_000;

/**
 * `fire` runs when the button was held for two seconds. Let go earlier, or activated by what cannot hold (a screen reader, a
 * switch, a voice), it says so and offers a second button, in another place, that does the same.
 *
 * @param {{ fire: () => void, disabled?: boolean, children: import("/static/ui/parts.js").Children }} props
 */
export function HoldButton({ fire, disabled = false, children }) {
  const timer = useSignal(/** @type {ReturnType<typeof setTimeout> | null} */ (null));
  const asked = useSignal(/** @type {ReturnType<typeof setTimeout> | null} */ (null));
  /** Whether it has just fired, so that the click at the end of the press is none. */
  const fired = useSignal(false);
  /** @param {typeof timer} signal */
  const clear = (signal) => {
    clearTimeout(signal.value ?? undefined);
    signal.value = null;
  };
  const end = () => clear(timer);
  const ask = () => {
    clear(asked);
    asked.value = setTimeout(() => clear(asked), ASKED_MS);
  };
  const act = () => {
    end();
    clear(asked);
    fire();
  };
  const begin = () => {
    fired.value = false;
    timer.value ??= setTimeout(() => {
      fired.value = true;
      act();
    }, HOLD_MS);
  };
  const release = () => {
    if (timer.value !== null) ask();
    end();
  };
  /** @type {(act: () => void) => (event: KeyboardEvent) => void} */
  const onKey = (act) => (event) => {
    if (!KEYS.includes(event.key)) return;
    event.preventDefault();
    if (!event.repeat) act();
  };
  /** @param {PointerEvent} event */
  const onPointer = (event) => event.button === 0 && begin();
  const onClick = () => {
    if (!fired.value) ask();
    fired.value = false;
  };
  /** @param {Event} event */
  const onMenu = (event) => event.preventDefault();
  return html`<button class="button hold" type="button" disabled=${disabled} data-held=${timer.value !== null}
    onPointerDown=${onPointer} onPointerUp=${release} onPointerLeave=${end} onPointerCancel=${end} onBlur=${end}
    onKeyDown=${onKey(begin)} onKeyUp=${onKey(release)} onClick=${onClick} onContextMenu=${onMenu}><i></i><span>${children}</span></button>
    ${asked.value !== null && html`<div class="unheld" role="status"><span>${t("Hold it for 2 s, or confirm:")}</span>
      <button class="button small" type="button" disabled=${disabled} onClick=${act}><span>${t("Yes")}: ${children}</span></button></div>`}`;
}

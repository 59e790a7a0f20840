// A panel over the page: focus stays in it, Enter sends its form, Esc closes it.

import { html } from "../vendor/htm-preact.js";
import { Keycap } from "../ui/parts.js";
import { t } from "../ui/words.js";

/** @typedef {import("../ui/parts.js").Children} Children */

/** What had the focus before the panel opened. @type {HTMLElement | null} */
let before = null;

/**
 * Show the dialog when it is there; when it goes, the focus is again where it was.
 *
 * @param {HTMLDialogElement | null} dialog
 */
function show(dialog) {
  if (!dialog) setTimeout(() => document.activeElement === document.body && before?.focus());
  if (!dialog || dialog.open) return;
  before = /** @type {HTMLElement | null} */ (document.activeElement);
  dialog.showModal();
}

/**
 * A new verb takes the focus that the fields before it had.
 *
 * @param {HTMLButtonElement | null} button
 */
function take(button) {
  if (document.activeElement === document.body || document.activeElement?.matches("dialog")) button?.focus();
}

/**
 * `verb` names what `send` does with the form's values; a panel without it only tells. `back` names the way out.
 *
 * @param {{ title: Children, verb?: string, back?: string, busy?: boolean, send?: (form: FormData) => void, close: () => void, children?: Children }} props
 */
export function Panel({ title, verb, back = t("Close"), busy = false, send, close, children }) {
  /** @param {SubmitEvent & { currentTarget: HTMLFormElement }} event */
  const submit = (event) => {
    event.preventDefault();
    if (!busy) send?.(new FormData(event.currentTarget));
  };
  /** @param {KeyboardEvent & { target: HTMLElement, currentTarget: HTMLFormElement }} event */
  const enter = (event) => {
    if (event.key !== "Enter" || !event.target.matches("select")) return;
    event.preventDefault();
    event.currentTarget.requestSubmit();
  };
  // Not left to the dialog, which tells of its closing a frame later: a key in between would be lost.
  /** @param {Event} event */
  const escape = (event) => {
    event.preventDefault();
    close();
  };
  return html`<dialog class="panel" aria-labelledby="panel-title" ref=${show} onCancel=${escape} onClose=${close}>
    <form onSubmit=${submit} onKeyDown=${enter}>
      <h2 id="panel-title">${title}</h2>
      ${children}
      <footer>
        ${verb && html`<button class="button primary" key=${verb} ref=${take} aria-busy=${busy}>${verb} <${Keycap}>Enter</${Keycap}></button>`}
        <button class="button" type="button" onClick=${close}>${back} <${Keycap}>Esc</${Keycap}></button>
      </footer>
    </form>
  </dialog>`;
}

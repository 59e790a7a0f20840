// A panel over the page: focus stays in it, Enter sends its form, Esc closes it.

import { html } from "../vendor/htm-preact.js";
import { Keycap } from "../ui/parts.js";
import { t } from "../ui/words.js";

let before = null;

/** Show the dialog when it is there; when it goes, the focus is again where it was. */
function show(dialog) {
  if (!dialog) setTimeout(() => document.activeElement === document.body && before?.focus());
  if (!dialog || dialog.open) return;
  before = document.activeElement;
  dialog.showModal();
}

/** A new verb takes the focus that the fields before it had. */
function take(button) {
  if (document.activeElement === document.body || document.activeElement?.matches("dialog")) button?.focus();
}

/** `verb` names what `send` does with the form's values; a panel without it only tells. */
export function Panel({ title, verb, busy = false, send, close, children }) {
  const submit = (event) => {
    event.preventDefault();
    if (!busy) send?.(new FormData(event.target));
  };
  const enter = (event) => {
    if (event.key !== "Enter" || !event.target.matches("select")) return;
    event.preventDefault();
    event.currentTarget.requestSubmit();
  };
  // Not left to the dialog, which tells of its closing a frame later: a key in between would be lost.
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
        <button class="button" type="button" onClick=${close}>${t("Close")} <${Keycap}>Esc</${Keycap}></button>
      </footer>
    </form>
  </dialog>`;
}

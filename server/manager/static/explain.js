// Why was this token called when it was, and who was called before it?

import { html } from "/static/vendor/htm-preact.js";
import { signal } from "/static/vendor/signals.js";
import { Panel } from "/static/staff/panel.js";
import { tokenWord } from "/static/staff/states.js";
import { explanation } from "/static/ui/addresses.js";
import { Failure, read } from "/static/ui/http.js";
import { Chip, Section } from "/static/ui/parts.js";
import { language, t } from "/static/ui/words.js";

/** What the server said of the token that was asked for, or null. */
export const answer = signal(/** @type {Baari.Explanation | null} */ (null));
/** Why there is no answer, in words. */
export const unknown = signal("");

/**
 * Ask about a token of today.
 *
 * @param {string} typed its number as somebody typed it
 */
export async function ask(typed) {
  const label = typed.trim().toUpperCase();
  unknown.value = "";
  try {
    answer.value = await read(explanation(label, language.value));
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    unknown.value = error.code === "unknown_token" ? t("No token {label} today.", { label }) : t("No answer. Please ask again.");
  }
}

/** @param {SubmitEvent & { currentTarget: HTMLFormElement }} event */
function submit(event) {
  event.preventDefault();
  return ask(String(new FormData(event.currentTarget).get("label")));
}

export function Ask() {
  return html`<h2>${t("Why was it called?")}</h2><form class="ask" onSubmit=${submit}>
    <input name="label" aria-label=${t("Number of the token")} placeholder="N150" maxlength="8" autocomplete="off" required />
    <button class="button">${t("Explain")}</button></form>
    ${unknown.value && html`<p class="notice" role="alert">${unknown.value}</p>`}`;
}

export function Explanation() {
  if (!answer.value) return null;
  const { label, state, stage, calls, overtaken } = answer.value;
  return html`<${Panel} title=${html`<${Chip} label=${label} /> ${tokenWord(state)}`} close=${() => (answer.value = null)}>
    ${calls.length ? html`<ol class="calls">${calls.map((call) => html`<li><b>${call.at.slice(0, 5)}</b> <${Section} code=${call.counter} /> <span>${call.text}</span></li>`)}</ol>`
      : html`<p>${t("It has not been called yet.")}</p>`}
    <h3>${t("Younger, and called first at {stage}", { stage })}</h3>
    ${overtaken.length ? html`<ul class="calls">${overtaken.map(({ text }) => html`<li><span>${text}</span></li>`)}</ul>` : html`<p>${t("Nobody.")}</p>`}
  </${Panel}>`;
}

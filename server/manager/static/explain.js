// Why was this token called when it was, and who was called before it?

import { html } from "/static/vendor/htm-preact.js";
import { signal } from "/static/vendor/signals.js";
import { Panel } from "/static/staff/panel.js";
import { tokenWord } from "/static/staff/states.js";
import { NoAnswer, read, Refusal } from "/static/ui/http.js";
import { page } from "/static/ui/page.js";
import { Chip, Section } from "/static/ui/parts.js";
import { language, t } from "/static/ui/words.js";

/** What the server said of the token that was asked for, or null. */
export const answer = signal(null);
const unknown = signal(null);

async function ask(event) {
  event.preventDefault();
  const label = event.target.elements.label.value.trim().toUpperCase();
  unknown.value = null;
  try {
    answer.value = await read(`/api/v1/centres/${page.centre.code}/explain/${encodeURIComponent(label)}?language=${language.value}`);
  } catch (error) {
    if (!(error instanceof Refusal || error instanceof NoAnswer)) throw error;
    unknown.value = error instanceof NoAnswer ? t("No answer. Please ask again.") : t("No token {label} today.", { label });
  }
}

export function Ask() {
  return html`<h2>${t("Why was it called?")}</h2><form class="ask" onSubmit=${ask}>
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
    ${overtaken.length ? html`<ul class="calls">${overtaken.map((one) => html`<li><span>${one.text}</span></li>`)}</ul>` : html`<p>${t("Nobody.")}</p>`}
  </${Panel}>`;
}

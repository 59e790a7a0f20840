// The line: who comes next and why, then everybody else; a row opens what can be done for that person.

import { html } from "/static/vendor/htm-preact.js";
import { may } from "/static/staff/page.js";
import { clock, live } from "/static/ui/live.js";
import { Keycap } from "/static/ui/parts.js";
import { t } from "/static/ui/words.js";
import { Marks, minutes, TokenLabel } from "./people.js";
import { why } from "./phrases.js";
import { line, show, unread, waiting } from "./state.js";

/** Whether this person may call somebody out of order. */
const mayChoose = may("call_token");

/** `next` is why the first one is next. @param {{ token: import("./state.js").Token, next: Baari.ReasonOut | null, place: number }} props */
function Row({ token, next, place }) {
  const open = () => show(mayChoose ? "choose" : "change", token);
  return html`<li class=${place ? "" : "first"}><button class="row" tabIndex=${place ? -1 : 0} onClick=${open}>
    <${TokenLabel} token=${token} />
    <span class="told">${place === 0 && next && html`<small>${why(next)}</small>`}<${Marks} token=${token} brief=${place > 0} /></span>
    <span class="muted">${t("{n} min", { n: minutes(token.staff.waiting_since) })}</span></button></li>`;
}

/**
 * Up and down walk through the rows.
 *
 * @param {KeyboardEvent & { currentTarget: HTMLElement }} event
 */
function walk(event) {
  const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
  if (!step) return;
  const rows = [...event.currentTarget.querySelectorAll("button")];
  rows[rows.findIndex((row) => row === document.activeElement) + step]?.focus();
  event.preventDefault();
}

/** Those of this stage whom no counter that is open may call: somebody has to open one, or hand them over. */
function Stranded() {
  const people = line.value?.stranded ?? [];
  if (!people.length) return null;
  return html`<div class="stranded" role="status"><h3>${t("No counter is open for")}</h3>
    <p>${people.map((token) => html`<button class="button plain small" key=${token.id} onClick=${() => show("change", token)}><${TokenLabel} token=${token} /></button>`)}</p></div>`;
}

export function Line() {
  const { rows, next, more } = waiting.value;
  return html`<section class="line" aria-label=${t("The line")}>
    <h2>${t("The line")} <span class="muted">${rows.length + more}</span>${rows.length > 0 && html`<${Keycap}>L</${Keycap}>`}</h2>
    <ol aria-live="polite" onKeyDown=${walk}>${rows.map((token, place) => html`<${Row} key=${token.id} token=${token} next=${next} place=${place} />`)}</ol>
    ${more > 0 && html`<p class="muted">${t("and {n} more", { n: more })}</p>`}
    ${unread.value !== null && html`<p class="old" role="status">${t("The line cannot be read. It is of {time}.", { time: clock(unread.value) })}</p>`}
    ${!rows.length && html`<p class="muted nobody">${t("Nobody is waiting. The next one appears here.")}</p>`}
    <${Stranded} />
    <button class="button plain give" disabled=${!live.value} onClick=${() => show("issue")}>${t("Give a token")} <${Keycap}>G</${Keycap}></button>
  </section>`;
}

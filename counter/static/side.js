// The right side: who is on hold here, who is away, and what was done last, each with its way back.

import { html } from "/static/vendor/htm-preact.js";
import { live } from "/static/ui/live.js";
import { Keycap } from "/static/ui/parts.js";
import { t } from "/static/ui/words.js";
import { returnToLine, fresh, resume, undo, undoFirst } from "./commands.js";
import { minutes, TokenLabel } from "./people.js";
import { actWord } from "./phrases.js";
import { nothing } from "./refusals.js";
import { current, line, refusal, show } from "./state.js";

/** @typedef {import("./state.js").Token} Token */

/** @param {{ token: Token, verb: string, note: string, disabled?: boolean, act: (token: Token) => void }} props */
function Person({ token, verb, note, disabled = false, act }) {
  return html`<li key=${token.id}>
    <button class="row" onClick=${() => show("change", token)}><${TokenLabel} token=${token} /><span class="visually-hidden">${t("Correct")}</span></button>
    <span class="muted">${note}</span>
    <button class="button plain small" disabled=${disabled || !live.value} onClick=${() => act(token)}>${verb} <span class="visually-hidden">${token.label}</span></button></li>`;
}

function Held() {
  const held = line.value?.held ?? [];
  if (!held.length) return null;
  return html`<h2>${t("On hold here")} <${Keycap}>B</${Keycap}></h2>
    <ul id="held">${held.map((token) => html`<${Person} token=${token} verb=${t("Resume")} note="" disabled=${current.value !== null} act=${resume} />`)}</ul>`;
}

/** @param {Token} token */
function note(token) {
  if (token.state === "paused") return t("away");
  return t("{n} min", { n: minutes(token.last_called ?? token.staff.waiting_since) });
}

function Away() {
  const away = line.value?.away ?? [];
  return html`<h2>${t("Missed or away")} ${away.length > 0 && html`<${Keycap}>I</${Keycap}>`}</h2>
    ${away.length > 0
      ? html`<ul id="away">${away.map((token) => html`<${Person} token=${token} verb=${t("Is here")} note=${note(token)} act=${returnToLine} />`)}</ul>`
      : html`<p class="muted">${t("Nobody")}</p>`}`;
}

function Acts() {
  const acts = line.value?.acts ?? [];
  return html`<h2>${t("Last actions")}</h2>
    ${acts.length > 0
      ? html`<ul id="acts">${acts.map((act) => html`<li key=${act.act}><span>${actWord(act.kind)} <b>${act.label}</b></span>
        ${fresh(act)
          ? html`<button class="button plain small" disabled=${!live.value} onClick=${() => undo(act.act)}>${t("Undo")}
            <span class="visually-hidden">${actWord(act.kind)} ${act.label}</span>${act === acts[0] && html`<${Keycap}>U</${Keycap}>`}</button>`
          : html`<span class="muted">${t("{n} min", { n: minutes(act.at) })}</span>`}</li>`)}</ul>`
      : html`<p class="muted">${t("None yet")}</p>`}`;
}

export function Side() {
  return html`<aside><${Held} /><${Away} /><${Acts} /></aside>`;
}

/**
 * Do it for the only one; with several the first button gets the focus, and the clerk chooses.
 *
 * @param {Token[]} list
 * @param {"away" | "held"} place
 * @param {(token: Token) => void} act
 */
function forOne(list, place, act) {
  if (list.length === 1) act(list[0]);
  else if (list.length) focus(`#${place} .button`);
  else refusal.value = nothing(place);
}

/** @param {string} selector */
function focus(selector) {
  /** @type {HTMLElement | null} */ (document.querySelector(selector))?.focus();
}

/** What the keys of the side columns do. @type {Record<import("./verbs.js").Side, () => void>} */
export const sides = {
  undo: undoFirst,
  return: () => forOne(line.value?.away ?? [], "away", returnToLine),
  resume: () => forOne(line.value?.held ?? [], "held", resume),
  line: () => focus(".line .row"),
  issue: () => show("issue"),
};

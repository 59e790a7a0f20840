// Make one of two tokens of one person: the second is typed or its slip is scanned, and what stays is told before it is done.

import { html } from "/static/vendor/htm-preact.js";
import { atCounter } from "/static/live/allows.js";
import { Panel } from "/static/staff/panel.js";
import { timeOf } from "/static/ui/times.js";
import { t } from "/static/ui/words.js";
import { tokens } from "./answers.js";
import { merge } from "./commands.js";
import { field } from "./fields.js";
import { Refused } from "./middle.js";
import { page } from "./page.js";
import { Facts, TokenLabel } from "./people.js";
import { closePanel, pending, second } from "./state.js";

/** @typedef {import("./state.js").Token} Token */

/**
 * Return the token that stays and the one that ends in it: who stands at a counter stays there.
 *
 * @param {Token} token
 * @param {Token} other
 */
const roles = (token, other) => (atCounter(other.state) && !atCounter(token.state) ? [other, token] : [token, other]);

/**
 * Return the class that stays: the one that is called before the other.
 *
 * @param {Token} one
 * @param {Token} other
 */
function better({ staff: { klass } }, { staff: { klass: other } }) {
  return page.better[klass]?.includes(other) ? other : klass;
}

/**
 * Return whose place stays, in words: the older one at the same stage; at another stage each line has its own.
 *
 * @param {Token} stays
 * @param {Token} ends
 */
function place(stays, ends) {
  if (stays.stage !== ends.stage) return t("{label} stays where it is. The earlier arrival counts for the visit.", { label: stays.label });
  const older = ends.staff.waiting_since < stays.staff.waiting_since ? ends : stays;
  return t("The place of {label} stays: since {time}.", { label: older.label, time: timeOf(older.staff.waiting_since) });
}

/** @param {{ stays: Token, ends: Token }} props */
function Outcome({ stays, ends }) {
  const moves = ends.staff.slot && !stays.staff.slot;
  return html`<div role="status"><p><b>${t("{label} stays, {other} ends.", { label: stays.label, other: ends.label })}</b></p>
    <${Facts} token=${ends} />
    <p>${place(stays, ends)} ${t("Series {series} stays.", { series: better(stays, ends) })}
      ${moves && html` ${t("The appointment goes over to {label}.", { label: stays.label })}`}</p>
    <p class="muted">${t("The slip of {other} leads to {label}.", { label: stays.label, other: ends.label })}</p></div>`;
}

/** @param {{ token: Token }} props */
export function MergePanel({ token }) {
  const other = [...tokens.value.values()].find(({ label, id, ended }) => label === second.value && id !== token.id && !ended);
  const [stays, ends] = other ? roles(token, other) : [];
  /** @param {FormData} form */
  const send = (form) => {
    if (ends && stays) merge(ends, stays);
    else second.value = field(form, "label").toUpperCase().replaceAll(" ", "");
  };
  return html`<${Panel} title=${html`<${TokenLabel} token=${token} /> ${t("Merge two tokens of one person")}`} verb=${other ? t("Merge") : t("Look it up")} busy=${pending.value !== null} send=${send} close=${closePanel}>
    ${stays && ends
      ? html`<${Outcome} stays=${stays} ends=${ends} />
        <p><button class="button plain" type="button" onClick=${() => (second.value = "")}>${t("Type another number")}</button></p>`
      : html`<label class="field"><span>${t("The other token: type its number, or scan its slip")}</span>
        <input name="label" maxlength="8" autocomplete="off" required /></label>
        ${second.value && html`<p role="status">${t("No other token {label} is here.", { label: second.value })}</p>`}`}
    <${Refused} />
  </${Panel}>`;
}

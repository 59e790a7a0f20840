// What a second person was asked for: who asked, how far it has come, and the two answers.

import { may } from "/static/staff/page.js";
import { roleName } from "/static/staff/roles.js";
import { Strip } from "/static/staff/strip.js";
import { Ways } from "/static/staff/ways.js";
import { APPROVALS } from "/static/ui/addresses.js";
import { page } from "/static/ui/page.js";
import { mount } from "/static/ui/parts.js";
import { dayOf, timeOf } from "/static/ui/times.js";
import { named, t } from "/static/ui/words.js";
import { html } from "/static/vendor/htm-preact.js";
import * as asked from "./asked.js";

/** @param {Baari.ApprovalView} approval */
function what({ act, about, detail }) {
  const words = { role: t("Another role"), erasure: t("An erasure"), export: t("Personal data taken out"), restore: t("A restore") };
  return html`<b>${words[act]}</b> ${act === "role" ? `${about} → ${roleName(detail)}` : about}`;
}

/** @param {Baari.ApprovalView} approval */
function stateWords({ state, expires_at: until, decided_by: by }) {
  const words = {
    pending: t("waits until {time}", { time: `${dayOf(until)}, ${timeOf(until)}` }), approved: t("approved by {user}", { user: by ?? "" }),
    refused: t("refused by {user}", { user: by ?? "" }), expired: t("nobody answered in time"), used: t("approved by {user}, and done", { user: by ?? "" }),
  };
  return words[state];
}

/** @param {{ approval: Baari.ApprovalView }} props */
function Answers({ approval }) {
  if (approval.state !== "pending" || !may("decide_approval")) return null;
  const { mine } = approval;
  return html`${!mine && html`<button class="button small primary" disabled=${asked.busy.value} onClick=${() => asked.decide(approval, "approve")}>${t("Approve")}</button>`}
    <button class="button small" disabled=${asked.busy.value} onClick=${() => asked.decide(approval, "refuse")}>${mine ? t("Take it back") : t("Refuse")}</button>`;
}

/** @param {{ approval: Baari.ApprovalView }} props */
function Line({ approval }) {
  return html`<li class=${approval.state}><div><p>${what(approval)}</p>
    <p class="muted">${t("{user} asked on {day}, {time}", { user: approval.asked_by, day: dayOf(approval.asked_at), time: timeOf(approval.asked_at) })}</p></div>
    <p class="state">${stateWords(approval)}</p><div class="answers"><${Answers} approval=${approval} /></div></li>`;
}

function Approvals() {
  const all = asked.approvals.value;
  return html`<${Strip} still lead=${html`<b>${named(page.centre.name)}</b>`}><${Ways} here=${APPROVALS} /></${Strip}>
    <main><h1>${t("Approvals")}</h1>${asked.refused.value && html`<p class="notice" role="alert">${asked.refused.value}</p>`}
    ${all && (all.length ? html`<ul class="approvals">${all.map((approval) => html`<${Line} key=${approval.id} approval=${approval} />`)}</ul>` : html`<p class="muted">${t("Nobody was asked for anything.")}</p>`)}</main>`;
}

asked.begin();
mount(html`<${Approvals} />`, "app");

// The middle: the token that is here, the next sensible verb as one big button, the others beside it.

import { html } from "/static/vendor/htm-preact.js";
import { allows } from "/static/live/allows.js";
import { may } from "/static/staff/page.js";
import { counterWord } from "/static/staff/states.js";
import { stop } from "/static/staff/stopped.js";
import { flagWords } from "/static/ui/notice.js";
import { Keycap, Section } from "/static/ui/parts.js";
import { t, tn } from "/static/ui/words.js";
import { Booked } from "./booking.js";
import { act } from "./commands.js";
import { hindrance, unseated, unseatedWords } from "./hindrance.js";
import { finishAs } from "./outcome.js";
import { page } from "./page.js";
import { Facts, Stay, TokenLabel } from "./people.js";
import { words } from "./phrases.js";
import { choose, sit } from "./seating.js";
import { claims, current, helping, panel, pending, refusal, seat, show, stopped, waiting } from "./state.js";
import { fitting, otherOutcomes, sensible } from "./verbs.js";

/** What was refused, told where the key was pressed: in the middle, or in the open panel. */
export function Refused() {
  const refused = refusal.value;
  if (!refused) return null;
  const taken = refused.code === "counter_taken" && refused.counter;
  return html`<p class="refusal" role="alert">${refused.text}
    ${taken && may("take_over") && html`<button class="button" type="button" onClick=${() => sit(taken, true)}>${t("Take over")}</button>`}
  </p>`;
}

/** @param {import("./verbs.js").Verb} verb */
const blocked = (verb) => hindrance() !== null || (stopped.value && verb.running);

/** @param {{ seat: Baari.CounterView }} props */
function Big({ seat }) {
  const verb = sensible(seat, current.value);
  if (!verb) return html`<button class="button primary big" disabled>${t("Wait")}</button>`;
  const busy = pending.value === verb.verb;
  return html`<button class="button primary big" disabled=${blocked(verb)} aria-busy=${busy} onClick=${() => act(verb)}>
    ${busy ? "…" : words(verb.words)} <${Keycap}>${verb.key}</${Keycap}></button>`;
}

/** Return the ways other than its ok in which the service of the current token may end. */
export function outcomesHere() {
  const ends = current.value !== null && allows(current.value.state, "finish") && !helping.value;
  return seat.value && ends ? otherOutcomes(page.outcomes[seat.value.stage]) : [];
}

/** @param {{ seat: Baari.CounterView }} props */
function Others({ seat }) {
  return html`<div class="others">
    ${outcomesHere().map(({ name, key }) => html`<button class="button outcome" disabled=${hindrance() !== null} onClick=${() => finishAs(name)}>
      ${words(name)} <${Keycap}>${key}</${Keycap}></button>`)}
    ${fitting(seat, current.value, helping.value).map((verb) => html`<button class="button plain" disabled=${blocked(verb)} onClick=${() => act(verb)}>
      ${words(verb.words)} <${Keycap}>${verb.key}</${Keycap}></button>`)}
  </div>`;
}

/** @param {import("./state.js").Token} token */
function where(token) {
  const at = { counter: token.counter ?? "" };
  if (helping.value) return t("You help {counter} with this party.", at);
  return token.state === "called" ? t("Called to {counter}", at) : t("Being served");
}

/** The appointment that they had shown in vain, and that is there now. @param {{ token: import("./state.js").Token }} props */
function Claimed({ token }) {
  const booking = claims.value.get(token.id);
  if (!booking) return null;
  return html`<p class="claimed" role="status"><b>${t("Their appointment is there now:")}</b> <${Booked} booking=${booking} />
    <button class="button small" onClick=${() => show("attach", token)}>${t("Look at it")}</button></p>`;
}

/** @param {{ token: import("./state.js").Token }} props */
function Token({ token }) {
  return html`<div class="token" aria-live="assertive">
    <p class="what muted">${where(token)}
      ${token.beside.length > 0 && html` <span>${t("together with")} ${token.beside.map((code) => html`<${Section} code=${code} /> `)}</span>`}</p>
    <p class="number"><${TokenLabel} token=${token} /></p>
    <${Facts} token=${token} />
    <${Claimed} token=${token} />
    <${Stay} since=${token.staff.issued_at} />
  </div>`;
}

/** @param {{ seat: Baari.CounterView }} props */
function Nobody({ seat: { state } }) {
  const { rows, more } = waiting.value;
  const people = rows.length + more;
  const crowd = people ? tn("{n} person is waiting", "{n} people are waiting", people) : t("Nobody is waiting.");
  const text = state === "open" ? crowd : t("This counter is {state}", { state: counterWord(state) });
  return html`<div class="token none"><h1>${text}</h1></div>`;
}

/** What the centre tells everybody, since when and why; and whether the floor stands. */
function Told() {
  const { flags } = stop.value;
  if (!stopped.value && !flags.length) return null;
  return html`<p class="stopped" role="status">${stopped.value && html`<b>${t("The floor is stopped.")}</b>`}
    ${flags.map((flag) => html`<span key=${flag.kind}>${flagWords(flag)}</span>`)}
    <span>${stopped.value ? t("Everybody keeps their place.") : t("Calls go on.")}</span></p>`;
}

/** This counter is not this person's any more: why, and the way on. */
function Unseated() {
  if (!unseated.value) return null;
  return html`<div class="over" role="status"><b>${unseatedWords()}</b> <button class="button primary" onClick=${choose}>${t("Choose a counter")}</button></div>`;
}

export function Middle() {
  const token = current.value;
  const here = seat.value;
  return html`<section class="middle ${hindrance() ? "offline" : ""}" aria-label=${t("This counter")}>
    <${Told} /><${Unseated} />
    ${token ? html`<${Token} token=${token} />` : html`<${Nobody} seat=${here} />`}
    ${!panel.value && html`<${Refused} />`}
    <${Big} seat=${here} />
    <${Others} seat=${here} />
  </section>`;
}

// How a token is shown: its ticket, what the clerk must know of the people behind it, and how long they are here.

import { html } from "/static/vendor/htm-preact.js";
import { computed } from "/static/vendor/signals.js";
import { minutesSince } from "/static/staff/stopped.js";
import { pictured } from "/static/ui/live.js";
import { Chip, Icon } from "/static/ui/parts.js";
import { named, t, tn } from "/static/ui/words.js";
import { page } from "./page.js";
import { access, service, slot } from "./phrases.js";

const LOOK_MS = 10_000;
const minute = computed(() => Math.floor(pictured.value / LOOK_MS) * LOOK_MS);

/**
 * Minutes since a time of the server; what shows them is drawn again six times a minute, not at every tick.
 *
 * @param {string} text
 */
export function minutes(text) {
  return minutesSince(text, minute.value);
}

/**
 * The label of a token, with how many people share it.
 *
 * @param {{ token: { label: string, party: number } }} props
 */
export function TokenLabel({ token }) {
  return html`<${Chip} label=${token.label} party=${token.party} />`;
}

/** @typedef {{ icon: string, text: string, urgent?: boolean }} Sign a pictogram and its word */

/**
 * A pictogram with its word; `brief` leaves the word to screen readers and to the pointer.
 *
 * @param {Sign & { brief?: boolean }} props
 */
export function Mark({ icon, text, brief, urgent }) {
  return html`<span class="mark ${urgent ? "urgent" : ""}" title=${brief ? text : null}>
    <${Icon} name=${icon} />
    <span class=${brief ? "visually-hidden" : ""}>${text}</span></span>`;
}

/**
 * What the clerk has to know before the call: an emergency, a need, how to reach them.
 *
 * @param {{ token: import("./state.js").Token, brief?: boolean }} props
 */
export function Marks({ token, brief = false }) {
  const { need, access: codes, emergency } = token.staff;
  const known = need === null ? undefined : page.needs[need];
  /** @type {Sign[]} */
  const marks = codes.map(access);
  if (known) marks.unshift({ icon: known.icon, text: named(known.name) });
  if (emergency) marks.unshift({ icon: "siren", text: t("emergency"), urgent: true });
  return marks.map((mark) => html`<${Mark} ...${mark} brief=${brief} />`);
}

/**
 * Service, language and all the rest, in one quiet line under the number.
 *
 * @param {{ token: import("./state.js").Token }} props
 */
export function Facts({ token }) {
  const { service: wanted, then, language, slot: booked, only } = token.staff;
  const rest = [
    token.party > 1 && tn("{n} person together", "{n} people together", token.party),
    then.length > 0 && t("then {services}", { services: then.map(service).join(", ") }),
    booked && slot(booked),
    only && t("only here"),
    token.calls > 1 && tn("called {n} time", "called {n} times", token.calls),
  ];
  return html`<div class="facts"><p><b>${service(wanted)}</b> <span>${page.own_names[language] ?? language}</span></p>
    <p><${Marks} token=${token} /></p>
    <p class="muted">${rest.filter(Boolean).join(" · ")}</p></div>`;
}

/**
 * The whole stay as a bar that has ticks where it gets long.
 *
 * @param {{ since: string }} props
 */
export function Stay({ since }) {
  const stay = minutes(since);
  const { high_performance_min: fast, promise_min: promise, breach_min: breach } = page.clocks;
  const tone = stay >= promise ? "late" : stay >= fast ? "soon" : "good";
  const text = t("In the centre for {n} minutes", { n: stay });
  return html`<div class="stay ${tone}">
    <div class="track" role="img" aria-label=${text}>
      <i style=${{ width: `${Math.min(100, (stay / breach) * 100)}%` }}></i>
      ${[fast, promise].map((tick) => html`<b style=${{ left: `${(tick / breach) * 100}%` }}>${tick}</b>`)}
    </div>
    <span>${text}</span>
  </div>`;
}

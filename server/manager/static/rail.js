// The right side: whom the clock is about to overtake, devices in trouble, and the question why.

import { html } from "/static/vendor/htm-preact.js";
import { clock, floor, live } from "/static/ui/live.js";
import { Chip, Section } from "/static/ui/parts.js";
import { t, tn } from "/static/ui/words.js";
import { Ask } from "./explain.js";
import * as f from "./figures.js";
import { page } from "./page.js";
import { pull, release } from "./steering.js";

const ROWS = 5;
const ABSENT = { stage: "C", officers: 2 };

export function Rail() {
  const risky = f.outlook.value?.people_at_risk ?? [];
  const limits = f.outlook.value?.limits ?? [];
  return html`<aside>
    <h2>${t("People at risk")}</h2>
    ${risky.length ? html`<ul>${risky.slice(0, ROWS).map((person) => html`<li key=${person.label}><${Chip} label=${person.label} /><${Section} code=${person.stage} /><span class="muted">${person.stay_min} → ${person.expected_min} min${person.passes_at && ` · ${clock(Date.parse(person.passes_at))}`}</span></li>`)}</ul>
      ${risky.length > ROWS && html`<p class="muted">${t("and {n} more", { n: risky.length - ROWS })}</p>`}` : html`<p class="muted">${t("Nobody")}</p>`}
    ${limits.some(({ people }) => people > 0) && html`<ul class="limits">${limits.filter(({ people }) => people > 0).map(({ minutes, people, by }) => html`<li key=${minutes}>
      ${tn("{n} person passes {minutes} min", "{n} people pass {minutes} min", people, { minutes })}${by && html` <span class="muted">${t("by {time}", { time: clock(Date.parse(by)) })}</span>`}</li>`)}</ul>`}
    <${Stranded} />
    <h2>${t("Devices")}</h2>
    ${f.hints.value.length ? html`<ul>${f.hints.value.map((hint) => html`<li key=${hint.device}>${t("{device} needs help", { device: hint.device })}</li>`)}</ul>` : html`<p class="muted">${t("No trouble reported")}</p>`}
    <${Ask} />
    ${page.demo && html`<${Absence} />`}
  </aside>`;
}

/** Those whom no counter that is open may call. */
function Stranded() {
  const people = f.outlook.value?.stranded ?? [];
  if (!people.length) return null;
  return html`<h2>${t("No counter is open for")}</h2>
    <ul class="stranded">${people.slice(0, ROWS).map(({ label, stage }) => html`<li key=${label}><${Chip} label=${label} /><${Section} code=${stage} /><${HandOver} label=${label} stage=${stage} /></li>`)}</ul>
    ${people.length > ROWS && html`<p class="muted">${t("and {n} more", { n: people.length - ROWS })}</p>`}`;
}

/**
 * Somebody who waits for one counter alone stays with it until a person hands them over to the others.
 *
 * @param {{ label: string, stage: string }} props
 */
function HandOver({ label, stage }) {
  const tokens = /** @type {Iterable<Baari.StaffToken>} */ (floor.value?.tokens.values() ?? []);
  const token = [...tokens].find((each) => each.label === label);
  if (!token?.staff.only) return null;
  return html`<button class="button small" disabled=${!live.value} onClick=${() => release(token.id)}>${t("All of {stage} may call", { stage })}</button>`;
}

/** The documented complaint as a switch: two granting officers absent. */
function Absence() {
  const counters = f.stages.value.find(({ code }) => code === ABSENT.stage)?.counters ?? [];
  const last = counters.slice(-ABSENT.officers);
  const absent = last.length > 0 && last.every((counter) => counter.state === "closed");
  const flip = () => pull(absent ? "open" : "close", last.map(({ id }) => id), "absent");
  return html`<h2>${t("Try it")}</h2><button class="button switch" role="switch" aria-checked=${absent} onClick=${flip}><i></i>${t("Two granting officers absent")}</button>`;
}

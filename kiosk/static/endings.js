// The dead ends: what the server refused in words of its own, and what nobody knows.

import { html } from "/static/vendor/htm-preact.js";
import { t } from "/static/ui/words.js";
import { take, takeFor, withoutAppointment } from "./issue.js";
import { page } from "./page.js";
import { wordsOf } from "./refusals.js";
import { Choice, Finish, Question } from "./screens.js";
import { order, refusal, step, typed } from "./state.js";

export function RefusedScreen() {
  if (!refusal.value) return null;
  const [icon, text, note] = wordsOf(refusal.value);
  const Choices = CHOICES[refusal.value.code] ?? Finish;
  return html`<${Question} icon=${icon} text=${text} note=${note} />
    ${refusal.value.code === "unknown_appointment" && html`<p class="shown">${order.value.appointment}</p>`}
    <div class="choices"><${Choices} /></div>`;
}

/** What somebody can do whose appointment brings no token. @type {Record<string, () => unknown>} */
const CHOICES = {
  unknown_appointment: Again,
  not_an_appointment: Again,
  appointment_cancelled: () => html`<${WithoutIt} />`,
  appointment_ambiguous: Services,
};

function Again() {
  return html`<${Way} primary words=${t("Type it again")} go=${again} /><${WithoutIt} />`;
}

/** @param {{ words: string, go: () => void, primary?: boolean }} props */
function Way({ words, go, primary = false }) {
  return html`<button class=${`choice ${primary ? "primary" : ""}`} onClick=${go}><span class="names"><b>${words}</b></span></button>`;
}

function WithoutIt() {
  return html`<${Way} words=${t("Take a token without appointment")} go=${withoutAppointment} /><${Way} words=${t("Ask the staff")} go=${askStaff} />`;
}

function Services() {
  const fitting = page.services.filter(({ code }) => refusal.value?.services.includes(code));
  return fitting.map((service, place) => html`<${Choice} key=${service.code} place=${place + 1} icon=${service.icon} names=${service.name}
    onChoose=${() => takeFor(service.code)} />`);
}

function again() {
  typed.value = order.value.appointment ?? "";
  step.value = "appointment";
}

function askStaff() {
  if (refusal.value) refusal.value = { ...refusal.value, code: "ask_staff" };
}

export function SilentScreen() {
  return html`<${Question} text=${t("The token did not come")} note=${t("Try again, or go to the enquiry counter.")} />
    <div class="choices">
      <button class="choice primary" onClick=${take}><span class="names"><b>${t("Try again")}</b></span></button>
      <${Finish} />
    </div>`;
}

export function UnheardScreen() {
  return html`<${Question} text=${t("No connection. Please try again.")} /><div class="choices"><${Finish} /></div>`;
}

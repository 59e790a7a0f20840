// What is asked before personal data is changed or ended, and before a legal hold is placed or lifted.

import { html } from "/static/vendor/htm-preact.js";
import { Panel } from "/static/staff/panel.js";
import { t, tn } from "/static/ui/words.js";
import * as desk from "./desk.js";

const close = () => desk.open(null);

function Refused() {
  return desk.refused.value && html`<p class="notice" role="alert">${desk.refused.value}</p>`;
}

/** @type {(form: FormData, name: string) => string} */
const written = (form, name) => String(form.get(name) ?? "").trim();

function Correct() {
  return html`<${Panel} title=${t("Another phone number?")} verb=${t("Keep")} busy=${desk.busy.value} send=${(/** @type {FormData} */ form) => desk.correct(written(form, "phone"))} close=${close}>
    <label class="field"><span>${t("The right phone number")}</span><input name="phone" type="tel" inputmode="tel" maxlength="16" pattern="[+]?[0-9]{7,15}" autocomplete="off" autofocus /></label>
    <p class="muted">${t("Empty: none is kept any more. What is sealed stays.")}</p><${Refused} /></${Panel}>`;
}

function Erase() {
  const found = desk.known.value?.length ?? 0;
  return html`<${Panel} title=${t("Erase what is known of them?")} verb=${t("Erase for good")} busy=${desk.busy.value} send=${desk.erase} close=${close}>
    <p>${tn("{n} record goes: phone, appointment, needs, notes.", "{n} records go: phone, appointment, needs, notes.", found)}</p>
    <p><b>${t("Nobody can bring it back, no backup either.")}</b></p>
    <label class="check"><input type="checkbox" name="sure" required /> <span>${t("Yes, it is to be gone for good.")}</span></label><${Refused} /></${Panel}>`;
}

function Place() {
  /** @param {FormData} form */
  const send = (form) => desk.place({ day: written(form, "day"), token: written(form, "token") || null, reason: written(form, "reason") });
  return html`<${Panel} title=${t("Place a legal hold")} verb=${t("Place it")} busy=${desk.busy.value} send=${send} close=${close}>
    <label class="field"><span>${t("Day")}</span><input name="day" type="date" required autofocus /></label>
    <label class="field"><span>${t("Token; empty for the whole day")}</span><input name="token" maxlength="16" autocomplete="off" autocapitalize="characters" /></label>
    <label class="field"><span>${t("Who asks for it, and why")}</span><input name="reason" maxlength="200" autocomplete="off" required /></label><${Refused} /></${Panel}>`;
}

/** @param {{ hold: Baari.HoldView }} props */
function Lift({ hold }) {
  return html`<${Panel} title=${t("Lift hold {n}?", { n: hold.id })} verb=${t("Lift it")} busy=${desk.busy.value} send=${() => desk.lift(hold)} close=${close}>
    <p>${hold.reason}</p><p>${t("What it kept is sealed, or gone, the next night.")}</p><${Refused} /></${Panel}>`;
}

/** The panel that is open, if any. */
export function Asked() {
  const asked = desk.asked.value;
  switch (asked?.kind) {
    case "correct":
      return html`<${Correct} />`;
    case "erase":
      return html`<${Erase} />`;
    case "place":
      return html`<${Place} />`;
    case "lift":
      return html`<${Lift} hold=${asked.hold} />`;
    default:
      return null;
  }
}

// Give a token at the counter: for somebody who cannot use the kiosk, or from the paper pad with the time of then.

import { useState } from "/static/vendor/hooks.js";
import { html } from "/static/vendor/htm-preact.js";
import { useSignal } from "/static/vendor/signals.js";
import { Panel } from "/static/staff/panel.js";
import { keysOfOrders } from "/static/ui/http.js";
import { ahead, now } from "/static/ui/live.js";
import { timeOf } from "/static/ui/times.js";
import { waitSentences } from "/static/ui/waits.js";
import { language, named, t, tn } from "/static/ui/words.js";
import { BookingField, bookingOf } from "./booking.js";
import { issue } from "./commands.js";
import { AccessField, Choice, LanguageField, NeedField, PartyField, read, field, ServiceField } from "./fields.js";
import { Refused } from "./middle.js";
import { instant, timeOfDay } from "./moment.js";
import { page } from "./page.js";
import { TokenLabel } from "./people.js";
import { closePanel, pending, refusal } from "./state.js";

/**
 * Return the order that the form tells; `offered` are the bookings it offered.
 *
 * @param {FormData} form
 * @param {Baari.BookingView[] | null} offered
 * @returns {Baari.TokenIn}
 */
function order(form, offered) {
  const { service, need, language, party, access } = read(form);
  const [label, time, printer] = ["label", "time", "printer"].map((name) => field(form, name));
  const paper = label ? { label: label.toUpperCase(), taken_at: instant(now.value - ahead.value, time, page.centre.timezone) } : undefined;
  return { service, need, language, party, access, ...bookingOf(form, offered), paper, print_at: printer || undefined };
}

/** @param {{ answer: Baari.TokenOut }} props */
function Given({ answer }) {
  const { token, ahead, print } = answer;
  const slip = print.state === "none" ? t("Please write the number down for them.") : t("The slip is being printed.");
  const stage = page.centre.stages.find(({ code }) => code === token.stage);
  const waits = waitSentences(answer, stage ? named(stage.name) : "", { t, time: timeOf });
  return html`<p class="number"><${TokenLabel} token=${token} /></p>
    <p>${tn("{n} person is ahead.", "{n} people are ahead.", ahead)} ${waits.join(" ")}</p>
    <p><b>${slip}</b></p>`;
}

/** `open` is whether a number of the paper pad was typed. @param {{ open: import("@preact/signals").Signal<boolean> }} props */
function Paper({ open }) {
  /** @param {InputEvent & { currentTarget: HTMLInputElement }} event */
  const write = (event) => (open.value = event.currentTarget.value !== "");
  return html`<div class="thirds wide"><${Choice} name="printer" label=${t("Slip")} value="" options=${[["", t("By hand")], ...Object.entries(page.printers)]} />
    <label class="field"><span>${t("Number of the paper pad")}</span><input name="label" maxlength="8" autocomplete="off" onInput=${write} /></label>
    <label class="field short"><span>${t("Given at")}</span><input type="time" name="time" required=${open.value} disabled=${!open.value} defaultValue=${timeOfDay(now.peek(), page.centre.timezone)} /></label></div>`;
}

/**
 * Return what a button does with the form that it stands in.
 *
 * @param {(form: FormData) => unknown} send
 * @returns {(event: Event & { currentTarget: HTMLButtonElement }) => void}
 */
function withForm(send) {
  return ({ currentTarget: { form } }) => void (form && send(new FormData(form)));
}

export function IssuePanel() {
  const [keyOf] = useState(keysOfOrders);
  const given = useSignal(/** @type {Baari.TokenOut | null} */ (null));
  const paper = useSignal(false);
  const offered = useSignal(/** @type {Baari.BookingView[] | null} */ (null));
  /** @param {FormData} form */
  const send = async (form) => {
    if (given.value) return closePanel();
    const wanted = order(form, offered.value);
    given.value = await issue(wanted, keyOf(wanted));
  };
  /** Give a number all the same; what was typed rides along. @param {FormData} form */
  const sendWithout = async (form) => {
    const { appointment, ...wanted } = order(form, offered.value);
    const claimed = { ...wanted, claim: appointment };
    given.value = await issue(claimed, keyOf(claimed));
  };
  const done = given.value !== null;
  const unknown = !done && refusal.value?.code === "unknown_appointment";
  return html`<${Panel} title=${t("Give a token")} verb=${done ? t("Done") : t("Give a token")} busy=${pending.value !== null} send=${send} close=${closePanel}>
    ${done
      ? html`<${Given} answer=${given.value} />`
      : html`<div class="fields"><${BookingField} offered=${offered} />${!offered.value?.length && html`<${ServiceField} value=${page.services[0].code} /><${NeedField} />`}<${LanguageField} value=${language.peek()} /><${PartyField} /><${AccessField} /><${Paper} open=${paper} /></div>`}
    <${Refused} />
    ${unknown && html`<p><button class="button" type="button" disabled=${pending.value !== null} onClick=${withForm(sendWithout)}>${t("Give a token without appointment")}</button></p>`}
  </${Panel}>`;
}

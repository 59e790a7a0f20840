// An appointment at the desk: by its number, or by its last characters and the time when somebody comes without it.

import { html } from "/static/vendor/htm-preact.js";
import { useSignal } from "/static/vendor/signals.js";
import { NoAnswer, read, Refusal } from "/static/ui/http.js";
import { page } from "/static/ui/page.js";
import { timeOf } from "/static/ui/times.js";
import { named, t } from "/static/ui/words.js";
import { Radio } from "./fields.js";
import { told } from "./refusals.js";
import { centre } from "./state.js";

/** Return what a form says of an appointment, as the API takes it; `found` are the bookings it offered. */
export function bookingOf(form, found) {
  const number = form.get("appointment").trim();
  const chosen = found?.find(({ id }) => String(id) === form.get("booking"));
  if (chosen) return { booking: chosen.id, service: chosen.service };
  return number ? { appointment: number } : {};
}

/**
 * `found` holds the bookings of today that end as what was typed, null unless that was the last characters only.
 * Nothing is sent before they were looked up and one was chosen: somebody with an appointment must not lose it.
 */
export function BookingField({ found }) {
  const typed = useSignal("");
  const trouble = useSignal("");
  const look = async ({ target }) => {
    const mine = target.value.trim().toUpperCase();
    typed.value = mine;
    found.value = null;
    trouble.value = "";
    target.setCustomValidity(mine && mine.length <= page.tail ? t("Please type the whole number.") : "");
    if (mine.length !== page.tail) return;
    const answer = await bookingsOf(mine);
    if (typed.value !== mine) return;
    found.value = answer.bookings ?? null;
    trouble.value = answer.trouble ?? (answer.bookings.length ? "" : t("No appointment of today ends in {tail}.", { tail: mine }));
    if (answer.bookings?.length) target.setCustomValidity("");
  };
  return html`<label class="field wide"><span>${t("Appointment: its number, or the last {n} characters", { n: page.tail })}</span>
      <input name="appointment" maxlength="64" autocomplete="off" onInput=${look} /></label>
    ${trouble.value && html`<p class="wide muted" role="status">${trouble.value}</p>`}
    ${found.value?.length > 0 && html`<${Found} key=${typed.value} bookings=${found.value} />`}`;
}

/** Resolves to {bookings} of today whose number ends so, or to {trouble}: why they are not known. */
async function bookingsOf(tail) {
  try {
    return await read(centre(`appointments?tail=${encodeURIComponent(tail)}`));
  } catch (error) {
    if (!(error instanceof Refusal || error instanceof NoAnswer)) throw error;
    return { trouble: told(error, "find") };
  }
}

function Found({ bookings }) {
  const free = bookings.filter((one) => !one.checked_in);
  return html`<fieldset class="field wide"><legend>${t("Which appointment?")}</legend>
    ${bookings.map((one) => html`<${Radio} key=${one.id} name="booking" value=${one.id} on=${free.length === 1 && one === free[0]}>
      <span><b>${timeOf(one.slot)}</b> ${service(one)}${one.checked_in && html` <span class="muted">${t("has its token")}</span>`}</span></${Radio}>`)}</fieldset>`;
}

/** What was booked; a service or a need that was dropped since stands there by its code. */
function service({ service: code, need }) {
  const names = [page.services.find((one) => one.code === code)?.name, need && page.needs[need]?.name];
  return [code, need].map((one, place) => one && (names[place] ? named(names[place]) : one)).filter(Boolean).join(", ");
}

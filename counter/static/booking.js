// An appointment at the desk: by its number, or by its last characters and the time when somebody comes without it.

import { html } from "/static/vendor/htm-preact.js";
import { useSignal } from "/static/vendor/signals.js";
import { page } from "/static/ui/page.js";
import { timeOf } from "/static/ui/times.js";
import { named, t } from "/static/ui/words.js";
import { findBookings } from "./commands.js";
import { Radio } from "./fields.js";

/** Return what a form says of an appointment, as the API takes it; `found` are the bookings it offered. */
export function bookingOf(form, found) {
  const number = form.get("appointment").trim();
  const chosen = found?.find(({ id }) => String(id) === form.get("booking"));
  if (chosen) return { booking: chosen.id, service: chosen.service };
  return number.length > page.tail ? { appointment: number } : {};
}

/** `found` holds the bookings of today that end as what was typed; null until enough was typed. */
export function BookingField({ found }) {
  const tail = useSignal("");
  const look = async ({ target }) => {
    const typed = target.value.trim().slice(-page.tail).toUpperCase();
    tail.value = typed;
    const bookings = typed.length < page.tail ? null : await findBookings(typed);
    if (tail.value !== typed) return;
    found.value = bookings;
    const alone = bookings?.length === 0 && target.value.trim().length === page.tail;
    target.setCustomValidity(alone ? t("Please type the whole number.") : "");
  };
  return html`<label class="field wide"><span>${t("Appointment: its number, or the last {n} characters", { n: page.tail })}</span>
      <input name="appointment" minlength=${page.tail} maxlength="64" autocomplete="off" onInput=${look} /></label>
    ${found.value && html`<${Found} bookings=${found.value} tail=${tail.value} />`}`;
}

function Found({ bookings, tail }) {
  if (!bookings.length) return html`<p class="wide muted" role="status">${t("No appointment of today ends in {tail}.", { tail })}</p>`;
  const free = bookings.filter((one) => !one.checked_in);
  return html`<fieldset class="field wide" key=${tail}><legend>${t("Which appointment?")}</legend>
    ${bookings.map((one) => html`<${Radio} name="booking" value=${one.id} on=${free.length === 1 && one === free[0]} disabled=${one.checked_in}>
      <span><b>${timeOf(one.slot)}</b> ${service(one)}${one.checked_in && html` <span class="muted">${t("has its token")}</span>`}</span></${Radio}>`)}</fieldset>`;
}

function service({ service: code, need }) {
  const name = named(page.services.find((one) => one.code === code).name);
  return need ? `${name}, ${named(page.needs[need].name)}` : name;
}

// An appointment at the counter: by its number, or by its last characters and the time when somebody comes without it.

import { html } from "/static/vendor/htm-preact.js";
import { useSignal } from "/static/vendor/signals.js";
import { appointments } from "/static/ui/addresses.js";
import { normal } from "/static/ui/codes.js";
import { Failure, read } from "/static/ui/http.js";
import { timeOf } from "/static/ui/times.js";
import { named, t } from "/static/ui/words.js";
import { Radio, field } from "./fields.js";
import { page } from "./page.js";
import { service } from "./phrases.js";
import { sentenceOf } from "./refusals.js";
import { scannedReference } from "./state.js";

/** @typedef {Baari.BookingView} Booking */

/** @typedef {import("@preact/signals").Signal<Booking[] | null>} Offered the bookings that a form offers, null before any were looked up */

/**
 * Return what a form says of an appointment, as the API takes it; `offered` are the bookings it offered.
 *
 * @param {FormData} form
 * @param {Booking[] | null} offered
 * @returns {Pick<Baari.TokenIn, "booking" | "appointment"> & { service?: string }}
 */
export function bookingOf(form, offered) {
  const number = field(form, "appointment");
  const chosen = offered?.find(({ id }) => String(id) === form.get("booking"));
  if (chosen) return { booking: chosen.id, service: chosen.service };
  return number ? { appointment: number } : {};
}

/**
 * `offered` holds the bookings of today that end as what was typed, null unless that was the last characters only.
 * Nothing is sent before they were looked up and one was chosen: somebody with an appointment must not lose it.
 *
 * @param {{ offered: Offered }} props
 */
export function BookingField({ offered }) {
  const typed = useSignal("");
  const trouble = useSignal("");
  /** @param {InputEvent & { currentTarget: HTMLInputElement }} event */
  const look = async ({ currentTarget: field }) => {
    const tail = field.value.trim().toUpperCase();
    typed.value = tail;
    offered.value = null;
    trouble.value = "";
    const { length } = [...normal(tail)];
    field.setCustomValidity(tail && length <= page.tail ? t("Please type the whole number.") : "");
    if (length !== page.tail) return;
    const { bookings, failure } = await bookingsOf({ tail });
    if (typed.value !== tail) return;
    offered.value = bookings;
    trouble.value = bookings?.length === 0 ? t("No appointment of today ends in {tail}.", { tail }) : failure;
    if (bookings?.length) field.setCustomValidity("");
  };
  return html`<label class="field wide"><span>${t("Appointment: its number, or the last {n} characters", { n: page.tail })}</span>
      <input name="appointment" key=${scannedReference.value.scan} defaultValue=${scannedReference.value.text} maxlength="64" autocomplete="off" onInput=${look} /></label>
    ${trouble.value && html`<p class="wide muted" role="status">${trouble.value}</p>`}
    ${offered.value && offered.value.length > 0 && html`<${Bookings} key=${typed.value} bookings=${offered.value} />`}`;
}

/**
 * Resolves to the booking of today with this number, or to those that end so, or to why they are not known.
 *
 * @param {Parameters<typeof appointments>[0]} asked
 * @returns {Promise<{ bookings: Booking[] | null, failure: string }>}
 */
export async function bookingsOf(asked) {
  try {
    return { ...(await read(appointments(asked))), failure: "" };
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return { bookings: null, failure: sentenceOf(error, "find") };
  }
}

/** @param {{ bookings: Booking[] }} props */
export function Bookings({ bookings }) {
  const free = bookings.filter(isFree);
  return html`<fieldset class="field wide"><legend>${t("Which appointment?")}</legend>
    ${bookings.map((booking) => html`<${Radio} key=${booking.id} name="booking" value=${booking.id} on=${free.length === 1 && booking === free[0]}>
      <${Booked} booking=${booking} /></${Radio}>`)}</fieldset>`;
}

/** One booking in a line: when, for what, in which class, and what stands against it. @param {{ booking: Booking }} props */
export function Booked({ booking }) {
  return html`<span><b>${booking.slot && timeOf(booking.slot)}</b> ${purpose(booking)}${booking.klass && html`<span>${" · "}${t("Series {series}", { series: booking.klass })}</span>`}${state(booking) && html` <span class="muted">${state(booking)}</span>`}</span>`;
}

/** @param {Booking} booking */
export const isFree = (booking) => !state(booking);

/**
 * Why a booking brings no token, in words; empty when it does.
 *
 * @param {Booking} booking
 */
function state({ cancelled, label }) {
  if (cancelled) return t("was cancelled");
  return label === null ? "" : t("has its token: {label}", { label });
}

/**
 * What was booked; a need that was dropped since stands there by its code.
 *
 * @param {Booking} booking
 */
function purpose({ service: code, need }) {
  const needed = need && (page.needs[need] ? named(page.needs[need].name) : need);
  return [service(code), needed].filter(Boolean).join(", ");
}

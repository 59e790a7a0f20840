// Give an appointment to a token that is there: what was typed or scanned is looked up, shown, and given when the clerk says so.

import { useEffect } from "/static/vendor/hooks.js";
import { html } from "/static/vendor/htm-preact.js";
import { useSignal } from "/static/vendor/signals.js";
import { Panel } from "/static/staff/panel.js";
import { normal } from "/static/ui/codes.js";
import { t } from "/static/ui/words.js";
import { Booked, bookingsOf, Bookings, isFree } from "./booking.js";
import { attach } from "./commands.js";
import { field, ServiceField } from "./fields.js";
import { Refused } from "./middle.js";
import { page } from "./page.js";
import { TokenLabel } from "./people.js";
import { claims, closePanel, pending, refusal, scannedReference } from "./state.js";

/**
 * What was looked up: `typed` is the whole number, empty where one of `bookings` is chosen.
 *
 * @typedef {{ typed: string, bookings: Baari.BookingView[] }} Found
 */

/** @param {string} text @returns {Promise<Found | null>} */
async function look(text) {
  const letters = [...normal(text)];
  if (letters.length < page.tail) {
    refusal.value = { code: "too_short", text: t("Please type the whole number.") };
    return null;
  }
  const whole = letters.length > page.tail;
  const { bookings, failure } = await bookingsOf(whole ? { appointment: text } : { tail: letters.join("") });
  refusal.value = failure ? { code: "not_looked_up", text: failure } : null;
  return bookings && { typed: whole ? text : "", bookings };
}

/** What was found: the one that a whole number can mean, or those among which to choose. @param {{ found: Found }} props */
function FoundBookings({ found: { typed, bookings } }) {
  if (!bookings.length) return html`<p role="status">${typed ? t("It is not on the list of today.") : t("No appointment of today ends so.")}</p>`;
  if (!typed) return html`<${Bookings} bookings=${bookings} />`;
  return html`<div role="status">${bookings.map((booking) => html`<p key=${booking.id}><${Booked} booking=${booking} /></p>`)}</div>`;
}

/** @param {{ token: import("./state.js").Token }} props */
export function AttachPanel({ token }) {
  const claimed = claims.value.get(token.id);
  const found = useSignal(/** @type {Found | null} */ (claimed ? { typed: "", bookings: [claimed] } : null));
  const { text, scan } = scannedReference.value;
  useEffect(() => {
    if (text) look(text).then((known) => (found.value = known));
  }, [scan]);
  const known = found.value;
  const several = refusal.value?.code === "appointment_ambiguous";
  const good = known && (known.bookings.some(isFree) || (known.typed && !known.bookings.length));
  /** @param {FormData} form */
  const send = async (form) => {
    if (!known) found.value = await look(field(form, "appointment"));
    else if (known.typed) attach(token, { appointment: known.typed, service: field(form, "service") || undefined });
    else if (good) attach(token, { booking: Number(field(form, "booking")) });
  };
  return html`<${Panel} title=${html`<${TokenLabel} token=${token} /> ${t("Appointment")}`} verb=${known ? (good ? t("Give this appointment") : undefined) : t("Look it up")} busy=${pending.value !== null} send=${send} close=${closePanel}>
    <p class="muted">${t("The number stays, the place stays or gets better.")}</p>
    <div class="fields">
      ${known
        ? html`<div class="wide">${claimed && html`<p>${t("They showed it before it was on the list.")}</p>`}<${FoundBookings} found=${known} /></div>
          ${several && html`<${ServiceField} value=${token.staff.service} />`}`
        : html`<label class="field wide"><span>${t("Appointment: its number, or the last {n} characters", { n: page.tail })}</span>
          <input name="appointment" key=${scan} defaultValue=${text} maxlength="64" autocomplete="off" required /></label>`}
    </div>
    ${known && html`<p><button class="button plain" type="button" onClick=${() => { found.value = null; refusal.value = null; }}>${t("Type another number")}</button></p>`}
    <${Refused} />
  </${Panel}>`;
}

// What is known of citizens and for how long; what one of them may ask; and what a legal hold keeps.

import { signal } from "/static/vendor/signals.js";
import { html } from "/static/vendor/htm-preact.js";
import { may } from "/static/staff/page.js";
import { Strip } from "/static/staff/strip.js";
import { Ways } from "/static/staff/ways.js";
import { PERSONAL_DATA } from "/static/ui/addresses.js";
import { mount } from "/static/ui/parts.js";
import { dateOf } from "/static/ui/times.js";
import { named, t } from "/static/ui/words.js";
import * as desk from "./desk.js";
import { page } from "./page.js";
import { Asked } from "./panels.js";

/** By what somebody is looked for. @type {import("@preact/signals").Signal<"phone" | "reference" | "token">} */
const by = signal("phone");

function Kept() {
  const kept = desk.kept.value;
  if (!kept) return null;
  return html`<p class="kept">${t("{floor} days on the floor, then sealed until day {gone}.", { floor: kept.floor_days, gone: kept.sealed_days })}
    ${" "}<span class="muted">${kept.since ? t("Sealed: {n} records, since {day}.", { n: kept.sealed, day: dateOf(kept.since) }) : t("Nothing is sealed yet.")}</span></p>
    ${kept.overdue && html`<p class="notice" role="alert">${t("Some of it should have left: ask who runs the server.")}</p>`}`;
}

function Manner() {
  const ways = { phone: t("Phone number"), reference: t("Appointment"), token: t("Token and day") };
  /** @param {Event & { currentTarget: HTMLSelectElement }} event */
  const choose = ({ currentTarget }) => {
    by.value = /** @type {typeof by.value} */ (currentTarget.value);
  };
  return html`<label class="field"><span>${t("By")}</span><select value=${by.value} onChange=${choose}>${Object.entries(ways).map(([way, words]) => html`<option key=${way} value=${way}>${words}</option>`)}</select></label>`;
}

function Whom() {
  if (by.value === "phone") return html`<label class="field" key="phone"><span>${t("Phone number")}</span><input name="phone" type="tel" inputmode="tel" maxlength="32" autocomplete="off" required /></label>`;
  if (by.value === "reference") return html`<label class="field" key="reference"><span>${t("Appointment")}</span><input name="reference" maxlength="64" autocomplete="off" autocapitalize="characters" spellcheck=${false} required /></label>`;
  return html`<label class="field" key="token"><span>${t("Token")}</span><input name="token" maxlength="16" autocomplete="off" autocapitalize="characters" spellcheck=${false} required /></label>
    <label class="field" key="day"><span>${t("Day")}</span><input name="day" type="date" required /></label>`;
}

function Look() {
  /** @param {SubmitEvent & { currentTarget: HTMLFormElement }} event */
  const send = (event) => {
    event.preventDefault();
    const given = [...new FormData(event.currentTarget)].map(([name, value]) => [name, String(value).trim()]);
    desk.look(/** @type {desk.Whom} */ (Object.fromEntries(given)));
  };
  return html`<form class="look" onSubmit=${send}><${Manner} /><${Whom} />
    <label class="field wide"><span>${t("Who asks for it, and why")}</span><input name="reason" maxlength="200" autocomplete="off" required /></label>
    <button class="button primary" aria-busy=${desk.busy.value}>${t("Look")}</button>
    <p class="muted">${t("That somebody looked stands on record, with the reason.")}</p></form>`;
}

/** @param {Baari.KnownView} known */
function beside({ need, access, reference_ends: ends, notes }) {
  return [need?.replaceAll("_", " "), ...access, ends && t("appointment …{ends}", { ends }), ...notes].filter(Boolean).join(" · ") || "–";
}

/** @param {{ known: Baari.KnownView }} props */
function Phone({ known: { subject, phone } }) {
  const shown = desk.phones.value[subject];
  if (shown) return html`<b class="number">${shown}</b>`;
  if (!phone) return "–";
  return html`<span class="number">${phone}</span> ${may("reveal_phone") && html`<button class="button small" aria-label=${t("Show the number {phone}", { phone })} onClick=${() => desk.reveal(subject)}>${t("Show")}</button>`}`;
}

/** @param {Baari.KnownView} known */
function row(known) {
  return html`<tr key=${known.where + known.subject}><th scope="row">${known.token ?? t("Appointment")}</th><td>${dateOf(known.day)}</td>
    <td>${known.where === "floor" ? t("on the floor") : t("sealed")}</td><td><${Phone} known=${known} /></td><td>${beside(known)}</td></tr>`;
}

function Found() {
  const known = desk.known.value;
  if (!known) return null;
  if (!known.length) return html`<p class="none" role="status">${t("Nothing is known under this.")}</p>`;
  return html`<table><caption class="visually-hidden">${t("What is known of them")}</caption><thead><tr><th scope="col">${t("Token")}</th><th scope="col">${t("Day")}</th><th scope="col">${t("Where")}</th><th scope="col">${t("Phone number")}</th><th scope="col">${t("Beside")}</th></tr></thead><tbody>${known.map(row)}</tbody></table>
    <p class="acts">${may("correct_personal_data") && known.some(({ where, token }) => token && where === "floor") && html`<button class="button" onClick=${() => desk.open({ kind: "correct" })}>${t("Correct the phone number")}</button>`}
    ${may("erase_personal_data") && html`<button class="button" onClick=${() => desk.open({ kind: "erase" })}>${t("Erase all of it")}</button>`}</p>`;
}

function Holds() {
  const holds = desk.kept.value?.holds ?? [];
  const list = html`<table><caption class="visually-hidden">${t("Legal holds")}</caption><thead><tr><th scope="col">№</th><th scope="col">${t("Day")}</th><th scope="col">${t("Token")}</th><th scope="col">${t("Why")}</th><th></th></tr></thead><tbody>${holds.map(
    (hold) => html`<tr key=${hold.id}><th scope="row">${hold.id}</th><td>${dateOf(hold.day)}</td><td>${hold.token ?? t("the whole day")}</td><td>${hold.reason} <span class="muted">${dateOf(hold.placed_at)}</span></td>
      <td>${may("lift_legal_hold") && html`<button class="button small" aria-label=${t("Lift hold {n}", { n: hold.id })} onClick=${() => desk.open({ kind: "lift", hold })}>${t("Lift")}</button>`}</td></tr>`,
  )}</tbody></table>`;
  return html`<section><header><h2>${t("Legal holds")}</h2>${may("place_legal_hold") && html`<button class="button" onClick=${() => desk.open({ kind: "place" })}>${t("Place a legal hold")}</button>`}</header>
    ${holds.length ? list : desk.kept.value && html`<p class="none">${t("No legal hold is in force.")}</p>`}</section>`;
}

function Desk() {
  const refused = desk.asked.value ? null : desk.refused.value;
  return html`<${Strip} still lead=${html`<b>${named(page.centre.name)}</b>`}><${Ways} here=${PERSONAL_DATA} /></${Strip}>
    <main><h1>${t("Personal data")}</h1><${Kept} />
    <section><h2>${t("Somebody asks what is known of them")}</h2><${Look} />
    ${refused && html`<p class="notice" role="alert">${refused}</p>`}${desk.done.value && html`<p class="done" role="status">${desk.done.value}</p>`}<${Found} /></section>
    <${Holds} /></main><${Asked} />`;
}

desk.load();
mount(html`<${Desk} />`, "app");

// Who can sign in here, and which devices and programs have a key.

import { html } from "/static/vendor/htm-preact.js";
import { may } from "/static/staff/page.js";
import { keyRoleName, roleName } from "/static/staff/roles.js";
import { Strip } from "/static/staff/strip.js";
import { Ways } from "/static/staff/ways.js";
import { PEOPLE } from "/static/ui/addresses.js";
import { mount } from "/static/ui/parts.js";
import { dayOf, timeOf } from "/static/ui/times.js";
import { named, t, tn } from "/static/ui/words.js";
import * as office from "./office.js";
import { page } from "./page.js";
import { Asked } from "./panels.js";

/** @param {string | null} at */
function seen(at) {
  return at ? `${dayOf(at)}, ${timeOf(at)}` : t("never");
}

/** @param {Baari.PersonView} person */
function state({ state, own_password: own, sessions }) {
  if (state === "disabled") return t("disabled");
  if (state === "locked") return t("locked: too many wrong passwords");
  if (!own) return t("has a start password");
  return sessions ? tn("signed in {n} time", "signed in {n} times", sessions) : t("signed out");
}

function People() {
  return html`<section><header><h1>${t("People")}</h1>${may("add_person") && html`<button class="button primary" onClick=${() => office.open({ kind: "add" })}>${t("Add somebody")}</button>`}</header>
    <table><thead><tr><th>${t("User name")}</th><th>${t("Role")}</th><th>${t("Last seen")}</th><th>${t("State")}</th><th></th></tr></thead>
    <tbody>${office.people.value?.map(
      (person) => html`<tr key=${person.id} class=${person.state}><th scope="row">${person.user}</th><td>${roleName(person.role)}</td><td>${seen(person.seen_at)}</td><td>${state(person)}${person.second_step && html` · ${t("with a second step")}`}</td>
        <td>${may("set_role") && html`<button class="button small" aria-label=${t("Change {user}", { user: person.user })} onClick=${() => office.open({ kind: "person", person })}>${t("Change")}</button>`}</td></tr>`,
    )}</tbody></table></section>`;
}

function Keys() {
  return html`<section id="keys"><header><h2>${t("Keys of devices and programs")}</h2>${may("create_key") && html`<button class="button" onClick=${() => office.open({ kind: "key" })}>${t("Make a key")}</button>`}</header>
    <table><thead><tr><th>${t("Name")}</th><th>${t("For")}</th><th>${t("Last seen")}</th><th>${t("Bound to")}</th><th></th></tr></thead>
    <tbody>${office.keys.value.map(
      (key) => html`<tr key=${key.id}><th scope="row">${key.name}</th><td>${keyRoleName(key.role)}</td><td>${seen(key.seen_at)}</td><td>${key.all_centres ? t("all centres") : (key.device ?? key.counter ?? "–")}</td>
        <td>${may("rotate_key") && html`<button class="button small" aria-label=${t("A new key for {key}", { key: key.name })} disabled=${key.all_centres} onClick=${() => office.open({ kind: "rotate", key })}>${t("New key")}</button>`}
        ${may("revoke_key") && html`<button class="button small" aria-label=${t("Revoke {key}", { key: key.name })} onClick=${() => office.open({ kind: "revoke", key })}>${t("Revoke")}</button>`}</td></tr>`,
    )}</tbody></table></section>`;
}

function Office() {
  return html`<${Strip} still lead=${html`<b>${named(page.centre.name)}</b>`}><${Ways} here=${PEOPLE} /></${Strip}>
    <main><${People} /><${Keys} /></main><${Asked} />`;
}

office.begin();
mount(html`<${Office} />`, "app");

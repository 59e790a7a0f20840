// What was done and by whom: on the floor, and with people, keys and sign-ins; the latest first.

import { html } from "/static/vendor/htm-preact.js";
import { Strip } from "/static/staff/strip.js";
import { Ways } from "/static/staff/ways.js";
import { TRAIL } from "/static/ui/addresses.js";
import { mount } from "/static/ui/parts.js";
import { dateOf, secondOf } from "/static/ui/times.js";
import { named, t } from "/static/ui/words.js";
import { page } from "./page.js";
import * as record from "./record.js";

/** Who acts without a name of their own. @param {string} actor */
function unnamed(actor) {
  const [kind, name] = actor.split(":");
  if (kind === "cli") return [t("command line"), name && `(${name})`].filter(Boolean).join(" ");
  const words = { clock: t("the clock"), citizen: t("a citizen"), baari: t("the server's own command"), nobody: t("somebody unknown") };
  return words[/** @type {keyof typeof words} */ (kind)] ?? actor;
}

/** @param {{ title: string, kinds: Record<string, string> }} props */
function Kinds({ title, kinds }) {
  return html`<optgroup label=${title}>${Object.entries(kinds).map(([kind, words]) => html`<option key=${kind} value=${kind}>${t(words)}</option>`)}</optgroup>`;
}

function Filter() {
  /** @param {SubmitEvent & { currentTarget: HTMLFormElement }} event */
  const send = (event) => {
    event.preventDefault();
    const given = [...new FormData(event.currentTarget)].map(([name, value]) => [name, String(value).trim()]);
    record.show(Object.fromEntries(given.filter(([, value]) => value)));
  };
  return html`<form class="filter" onSubmit=${send}>
    <label>${t("From day")}<input type="date" name="first" /></label>
    <label>${t("To day")}<input type="date" name="last" /></label>
    <label class="wide">${t("What")}<select name="kind"><option value="">${t("everything")}</option><${Kinds} title=${t("On the floor")} kinds=${page.floor} /><${Kinds} title=${t("People, keys and sign-ins")} kinds=${page.installation} /></select></label>
    <label>${t("Token")}<input name="token" maxlength="16" autocomplete="off" autocapitalize="characters" spellcheck=${false} /></label>
    <label>${t("Who")}<select name="person"><option value="">${t("everybody")}</option>${record.people.value.map(({ id, user }) => html`<option key=${id} value=${id}>${user}</option>`)}</select></label>
    <button class="button primary">${t("Show")}</button></form>`;
}

/** @param {Baari.TrailEntry} entry */
function row({ chain, seq, at, kind, actor, by, about, detail, token, counter }) {
  const more = [about !== by && about, detail?.replaceAll("_", " ")].filter(Boolean).join(" · ");
  return html`<tr key=${chain + seq}><td><time datetime=${at}>${dateOf(at)} <b>${secondOf(at)}</b></time></td><td class="by">${by ?? unnamed(actor)}</td>
    <td>${t(page[chain][kind] ?? kind)}${more && html` <span class="muted">${more}</span>`}</td><td class="at">${[token, counter].filter(Boolean).join(" · ")}</td></tr>`;
}

function Entries() {
  const shown = record.shown.value;
  if (!shown) return null;
  if (!shown.entries.length) return html`<p class="none" role="status">${t("Nothing on record fits this.")}</p>`;
  return html`<table><caption class="visually-hidden">${t("What was done, and by whom")}</caption><thead><tr><th scope="col">${t("When")}</th><th scope="col">${t("Who")}</th><th scope="col">${t("What")}</th><th scope="col">${t("Token")} · ${t("Counter")}</th></tr></thead><tbody>${shown.entries.map(row)}</tbody></table>`;
}

function Leaves() {
  return html`<nav class="leaves">${record.back.value && html`<button class="button" onClick=${() => record.show(record.wanted.value)}>${t("Latest")}</button>`}
    ${record.shown.value?.older && html`<button class="button" onClick=${older}>${t("Older")}</button>`}</nav>`;
}

async function older() {
  await record.older();
  scrollTo(0, 0);
}

function Files() {
  return html`<p class="files"><button class="button small" onClick=${() => record.take("csv")}>${t("As a table (CSV)")}</button><button class="button small" onClick=${() => record.take("jsonl")}>${t("For programs (JSON lines)")}</button>
    <span class="muted">${t("Taking a file stands on record too.")}</span></p>
    ${record.told.value && html`<p class="notice" role="status">${record.told.value}</p>`}`;
}

function Trail() {
  return html`<${Strip} still lead=${html`<b>${named(page.centre.name)}</b>`}><${Ways} here=${TRAIL} /></${Strip}>
    <main><h1>${t("What was done, and by whom")}</h1><${Filter} /><${Files} />
    ${record.refused.value && html`<p class="notice" role="alert">${record.refused.value}</p>`}<${Entries} /><${Leaves} /></main>`;
}

record.begin();
mount(html`<${Trail} />`, "app");

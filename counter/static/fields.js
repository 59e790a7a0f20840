// The fields that the panels ask with; each is named as the API names it.

import { html } from "/static/vendor/htm-preact.js";
import { named, t } from "/static/ui/words.js";
import { page } from "./page.js";
import { Mark } from "./people.js";
import { access } from "./phrases.js";

/** @typedef {import("/static/ui/parts.js").Children} Children */

/**
 * One of a list: `options` are [value, words].
 *
 * @param {{ name: string, label: string, value: string, options: string[][] }} props
 */
export function Choice({ name, label, value, options }) {
  return html`<label class="field"><span>${label}</span><select name=${name}>
    ${options.map(([code, text]) => html`<option value=${code} selected=${code === value}>${text}</option>`)}</select></label>`;
}

/** @param {{ value: string }} props */
export function ServiceField({ value }) {
  const options = page.services.map(({ code, name }) => [code, named(name)]);
  return html`<${Choice} name="service" label=${t("Service")} value=${value} options=${options} />`;
}

/**
 * `none` is offered while nothing is known; what was told once is not taken back here.
 *
 * @param {{ value?: string | null }} props
 */
export function NeedField({ value = null }) {
  const options = Object.entries(page.needs).map(([code, { name }]) => [code, named(name)]);
  return html`<${Choice} name="need" label=${t("Need")} value=${value ?? ""} options=${value ? options : [["", t("None")], ...options]} />`;
}

/** @param {{ value: string }} props */
export function LanguageField({ value }) {
  return html`<${Choice} name="language" label=${t("Language")} value=${value} options=${page.centre.languages.map((code) => [code, page.own_names[code]])} />`;
}

/** @param {{ value?: number }} props */
export function PartyField({ value = 1 }) {
  return html`<label class="field short"><span>${t("People")}</span><input type="number" name="party" min="1" max=${page.party_max} required defaultValue=${value} /></label>`;
}

/** @param {{ chosen?: string[] }} props */
export function AccessField({ chosen = [] }) {
  return html`<fieldset class="field wide"><legend>${t("To reach and serve them")}</legend><div class="ticks">
    ${page.access.map((code) => html`<${Tick} name="access" value=${code} on=${chosen.includes(code)}><${Mark} ...${access(code)} /></${Tick}>`)}</div></fieldset>`;
}

/** @param {{ name: string, value?: string, on?: boolean, children: Children }} props */
export function Tick({ name, value = "on", on = false, children }) {
  return html`<label class="tick"><input type="checkbox" name=${name} value=${value} defaultChecked=${on} />${children}</label>`;
}

/** @param {{ name: string, value: string, on?: boolean, disabled?: boolean, pick?: () => void, children: Children }} props */
export function Radio({ name, value, on = false, disabled = false, pick, children }) {
  return html`<label class="tick"><input type="radio" name=${name} value=${value} defaultChecked=${on} disabled=${disabled} onChange=${pick} required />${children}</label>`;
}

/** @typedef {{ service?: string, need?: string, language?: string, party?: number, access?: string[], emergency?: boolean }} Known what a form can say of a citizen */

/**
 * Return what a field of a form says, without spaces around it; empty where the form has no such field.
 *
 * @param {FormData} form
 * @param {string} name
 */
export function field(form, name) {
  return String(form.get(name) ?? "").trim();
}

/**
 * Return what a form says, as the API takes it; what was left empty is left out.
 *
 * @param {FormData} form
 * @returns {Known}
 */
export function read(form) {
  const [service, need, language] = ["service", "need", "language"].map((name) => field(form, name));
  const words = Object.entries({ service, need, language }).filter(([, word]) => word);
  const access = form.getAll("access").map(String);
  return { ...Object.fromEntries(words), party: Number(field(form, "party")), access, emergency: form.has("emergency") };
}

// The fields that the panels ask with; each is named as the API names it.

import { html } from "/static/vendor/htm-preact.js";
import { OWN_NAMES } from "/static/ui/languages.js";
import { page } from "/static/ui/page.js";
import { named, t } from "/static/ui/words.js";
import { Mark } from "./people.js";
import { access } from "./phrases.js";

/** One of a list: `options` are [value, words]. */
export function Choice({ name, label, value, options }) {
  return html`<label class="field"><span>${label}</span><select name=${name}>
    ${options.map(([code, text]) => html`<option value=${code} selected=${code === value}>${text}</option>`)}</select></label>`;
}

export function ServiceField({ value }) {
  const options = page.services.map(({ code, name }) => [code, named(name)]);
  return html`<${Choice} name="service" label=${t("Service")} value=${value} options=${options} />`;
}

/** `none` is offered while nothing is known; what was told once is not taken back here. */
export function NeedField({ value = null }) {
  const options = Object.entries(page.needs).map(([code, { name }]) => [code, named(name)]);
  return html`<${Choice} name="need" label=${t("Need")} value=${value ?? ""} options=${value ? options : [["", t("None")], ...options]} />`;
}

export function LanguageField({ value }) {
  return html`<${Choice} name="language" label=${t("Language")} value=${value} options=${page.centre.languages.map((code) => [code, OWN_NAMES[code] ?? code])} />`;
}

export function PartyField({ value = 1 }) {
  return html`<label class="field short"><span>${t("People")}</span><input type="number" name="party" min="1" max=${page.party_max} required defaultValue=${value} /></label>`;
}

export function AccessField({ chosen = [] }) {
  return html`<fieldset class="field wide"><legend>${t("To reach and serve them")}</legend><div class="ticks">
    ${page.access.map((code) => html`<${Tick} name="access" value=${code} on=${chosen.includes(code)}><${Mark} ...${access(code)} /></${Tick}>`)}</div></fieldset>`;
}

export function Tick({ name, value = "on", on = false, children }) {
  return html`<label class="tick"><input type="checkbox" name=${name} value=${value} defaultChecked=${on} />${children}</label>`;
}

export function Radio({ name, value, on = false, disabled = false, pick, children }) {
  return html`<label class="tick"><input type="radio" name=${name} value=${value} defaultChecked=${on} disabled=${disabled} onChange=${pick} required />${children}</label>`;
}

/** Return what a form says, as the API takes it; what was left empty is left out. */
export function read(form) {
  const told = {
    service: form.get("service"), need: form.get("need"), language: form.get("language"), party: Number(form.get("party")),
    access: form.getAll("access"), emergency: form.has("emergency"),
  };
  return Object.fromEntries(Object.entries(told).filter(([, value]) => value !== "" && value !== null));
}

// The strip on top of every staff page: is this fresh, which language, and the way out.

import { html } from "../vendor/htm-preact.js";
import { asOf, clock, floor, live, now } from "../ui/live.js";
import { language, speak, t } from "../ui/words.js";
import { page } from "./page.js";

/** @typedef {import("../ui/parts.js").Children} Children */

function freshness() {
  if (live.value) return t("live");
  return floor.value ? t("not live, as of {time}", { time: clock(asOf.value ?? now.value) }) : "…";
}

/**
 * `lead` comes first, `children` are the page's own buttons.
 *
 * @param {{ lead: Children, children: Children }} props
 */
export function Strip({ lead, children }) {
  return html`<header class="strip">
    ${lead}
    <span class="dot ${live.value ? "on" : "off"}"></span><span>${freshness()}</span>
    <span class="gap"></span>
    <span>${clock(now.value)}</span>
    ${page.centre.languages.map(
      (code) => html`<button class="button plain small" lang=${code} aria-pressed=${code === language.value} onClick=${() => speak(code)}>
        ${page.own_names[code]}</button>`,
    )}
    ${children}
    <span class="muted">${page.user}</span>
    <button class="button plain small" form="logout">${t("Sign out")}</button>
  </header>`;
}

// The strip on top of every staff page: is this fresh, which language, and the way out.

import { html } from "../vendor/htm-preact.js";
import { OWN_NAMES } from "./languages.js";
import { asOf, clock, floor, live, now } from "./live.js";
import { page } from "./page.js";
import { language, speak, t } from "./words.js";

function freshness() {
  if (live.value) return t("live");
  return floor.value ? t("not live, as of {time}", { time: clock(asOf.value ?? now.value) }) : "…";
}

/** `lead` comes first, `children` are the page's own buttons. */
export function Strip({ lead, children }) {
  return html`<header class="strip">
    ${lead}
    <span class="dot ${live.value ? "on" : "off"}"></span><span>${freshness()}</span>
    <span class="gap"></span>
    <span>${clock(now.value)}</span>
    ${page.centre.languages.map(
      (code) => html`<button class="button plain small" lang=${code} aria-pressed=${code === language.value} onClick=${() => speak(code)}>
        ${OWN_NAMES[code] ?? code}</button>`,
    )}
    ${children}
    <span class="muted">${page.user}</span>
    <button class="button plain small" form="logout">${t("Sign out")}</button>
  </header>`;
}

// The strip on top of every staff page: is this fresh, which language, and the way out.

import { html } from "../vendor/htm-preact.js";
import { ACCOUNT, WORKPLACE } from "../ui/addresses.js";
import { asOf, clock, floor, live, now } from "../ui/live.js";
import { language, speak, t } from "../ui/words.js";
import { page } from "./page.js";
import { ended, endWords } from "./session.js";

/** @typedef {import("../ui/parts.js").Children} Children */

function freshness() {
  if (ended.value) return t("not live");
  if (live.value) return t("live");
  return floor.value ? t("not live, as of {time}", { time: clock(asOf.value ?? now.value) }) : "…";
}

/** The picture stands still: why, and the way on. */
function Over() {
  const end = ended.value;
  if (!end) return null;
  const way = "centre" in end ? t("Change the centre") : end.user === null ? t("Sign in") : t("Go on as {user}", { user: end.user });
  const go = () => ("centre" in end ? location.assign(WORKPLACE) : end.user === null ? location.assign("/login") : location.reload());
  return html`<div class="over" role="alert"><b>${endWords(end)}</b> <span>${t("What you see is old.")}</span>
    <button class="button primary" onClick=${go}>${way}</button></div>`;
}

/**
 * `lead` comes first, `children` are the page's own buttons; a page that shows no floor stands `still`.
 *
 * @param {{ lead: Children, children: Children, still?: boolean }} props
 */
export function Strip({ lead, children, still = false }) {
  return html`<header class="strip">
    ${lead}
    ${!still && html`<span class="dot ${live.value ? "on" : "off"}"></span><span>${freshness()}</span>`}
    <span class="gap"></span>
    <span>${clock(now.value)}</span>
    ${page.centre.languages.map(
      (code) => html`<button class="button plain small" lang=${code} aria-pressed=${code === language.value} onClick=${() => speak(code)}>
        ${page.own_names[code]}</button>`,
    )}
    ${children}
    ${!ended.value && page.user && html`${page.elsewhere && html`<a class="button plain small" href=${WORKPLACE}>${t("Change the centre")}</a>`}
    <a class="muted" href=${ACCOUNT}>${page.user}</a>
    ${page.lockable && html`<button class="button plain small" form="lock">${t("Lock")}</button>`}
    <button class="button plain small" form="logout">${t("Sign out")}</button>`}
  </header><${Over} />`;
}

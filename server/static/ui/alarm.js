// What a page that follows the floor shows of its notices: an emergency over all that there is, the others in a strip.

import { html } from "../vendor/htm-preact.js";
import { effect } from "../vendor/signals.js";
import { Emergency } from "./emergency.js";
import { asOf, clock, floor, live, now } from "./live.js";
import { causeName } from "./notice.js";
import { page } from "./page.js";
import { t } from "./words.js";

/** @param {string} lang */
const old = (lang) => t("This screen is cut off; this is as of {time}.", { time: clock(asOf.value ?? now.value) }, lang);

/**
 * Show each emergency of the floor; where this page no longer hears the server, it says so there too.
 *
 * @param {import("./emergency.js").Reading} [reading]
 */
export function watchEmergency(reading = {}) {
  const note = document.createElement("p");
  const emergency = new Emergency({ ...reading, more: [...(reading.more ?? []), note] });
  effect(() => {
    note.textContent = live.value ? "" : [...new Set(page.centre.languages.map(old))].join(" · ");
  });
  effect(() => emergency.show(floor.value?.notice));
  return emergency;
}

/**
 * Outage and pause in a line for those who take tokens here, and that this screen itself is cut off, in some languages.
 *
 * @param {{ languages: string[] }} props
 */
export function NoticeStrip({ languages }) {
  const notice = floor.value?.notice;
  if (floor.value && !live.value) {
    return html`<aside class="notice-strip cut" role="status">${languages.map((lang) => html`<p lang=${lang}>${t("This screen is cut off. Please go to the enquiry counter.", {}, lang)}</p>`)}</aside>`;
  }
  if (!notice || notice.kind === "emergency") return null;
  return html`<aside class="notice-strip" role="status">${languages.map((lang) => html`<p lang=${lang}><b>${causeName(notice, lang)}.</b> ${instead(lang)}</p>`)}</aside>`;
}

/** @param {string} lang */
function instead(lang) {
  return floor.value?.frozen ? t("Nobody is called now. Tokens are given.", {}, lang) : t("Tokens are given, calls go on.", {}, lang);
}

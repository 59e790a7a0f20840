// Puts the present screen on the page, with the footer that every screen has and the keys that equal touch.

import { useEffect } from "/static/vendor/hooks.js";
import { html } from "/static/vendor/htm-preact.js";
import { effect } from "/static/vendor/signals.js";
import { NoticeStrip, watchEmergency } from "/static/ui/alarm.js";
import { Identity } from "/static/ui/identity.js";
import { follow } from "/static/ui/live.js";
import { Icon, mount } from "/static/ui/parts.js";
import { Reader } from "/static/ui/reader.js";
import { language, t } from "/static/ui/words.js";
import { ending, leave, stay, watchAttention } from "./attention.js";
import { RefusedScreen, SilentScreen, UnheardScreen } from "./endings.js";
import { isKey, press } from "./keys.js";
import { known, page } from "./page.js";
import { scanned } from "./scanned.js";
import * as screens from "./screens.js";
import { LookingScreen, SlipScreen } from "./slips.js";
import { back, canGoBack, contrast, low, muted, notice, order, step } from "./state.js";
import { sayAll } from "./voice.js";

/** The size of the words of an emergency, of the shorter side: read three metres away. */
const LEGIBLE = 0.13;
/** In how many languages a strip speaks before one was chosen. */
const STRIP = 3;

const SCREENS = {
  language: screens.LanguageScreen,
  service: screens.ServiceScreen,
  appointment: screens.AppointmentScreen,
  need: screens.NeedScreen,
  busy: screens.BusyScreen,
  result: screens.ResultScreen,
  refused: RefusedScreen,
  looking: LookingScreen,
  shown: SlipScreen,
  unheard: UnheardScreen,
  silent: SilentScreen,
};

/** @param {{ on: import("@preact/signals").Signal<boolean>, icon: string, label: string }} props */
function Switch({ on, icon, label }) {
  const flip = () => {
    on.value = !on.value;
  };
  return html`<button class="button" aria-pressed=${on.value} onClick=${flip}><${Icon} name=${icon} />${label}</button>`;
}

function Footer() {
  return html`<footer>
    <button class="button" disabled=${!canGoBack()} onClick=${back}><${Icon} name="arrow-left" />${t("Back")}</button>
    <${Switch} on=${low} icon="accessibility" label=${t("Lower")} />
    <${Switch} on=${contrast} icon="contrast" label=${t("Contrast")} />
    <${Switch} on=${muted} icon=${muted.value ? "volume-x" : "volume-2"} label=${t("Sound")} />
  </footer>`;
}

/** @param {HTMLElement | null} element */
const focus = (element) => element?.focus();

function Ending() {
  if (ending.value === null) return null;
  return html`<div class="ending" role="alertdialog" aria-labelledby="ending">
    <h2 id="ending">${t("Are you still there?")}</h2>
    <p>${t("This screen begins anew in {n} seconds.", { n: ending.value })}</p>
    <div class="pair">
      <button class="choice primary" onClick=${stay} ref=${focus}><b>${t("More time")}</b></button>
      <button class="choice" onClick=${leave}><b>${t("Finish")}</b></button>
    </div>
  </div>`;
}

/** Told beside the question; before anybody has chosen a language, in all of them. */
function Notice() {
  const told = notice.value;
  if (!told) return null;
  const languages = order.value.language || step.value !== "language" ? [language.value] : page.centre.languages;
  return html`<div class="told" role="alert">${languages.map((code) => html`<p lang=${code}>${told(code)}</p>`)}</div>`;
}

function Kiosk() {
  const Present = SCREENS[step.value];
  useEffect(() => focus(document.querySelector("input") ?? document.querySelector("h1")), [step.value]);
  return html`<${NoticeStrip} languages=${step.value === "language" ? page.centre.languages.slice(0, STRIP) : [language.value]} /><main class=${`screen ${step.value}`} data-step=${step.value}><${Present} /></main><${Notice} /><${Footer} /><${Ending} /><${Identity} />`;
}

effect(() => void document.body.classList.toggle("low", low.value));
effect(() => void document.body.classList.toggle("night", contrast.value));
watchAttention();
const reader = new Reader({ key: press, code: scanned, isKey, known, typed: () => true });
document.addEventListener("keydown", (event) => reader.hear(event), true);
follow(() => {});
watchEmergency({
  wanted: () => Math.min(innerWidth, innerHeight) * LEGIBLE,
  onBegin: (lines) => {
    leave();
    sayAll(lines);
  },
});
document.addEventListener("contextmenu", (event) => event.preventDefault());
mount(html`<${Kiosk} />`, "kiosk");

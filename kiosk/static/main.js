// Puts the present screen on the page, with the footer that every screen has and the keys that equal touch.

import { useEffect } from "/static/vendor/hooks.js";
import { html } from "/static/vendor/htm-preact.js";
import { effect } from "/static/vendor/signals.js";
import { Icon, mount } from "/static/ui/parts.js";
import { t } from "/static/ui/words.js";
import { ending, leave, stay, watchAttention } from "./attention.js";
import { RefusedScreen, SilentScreen, UnheardScreen } from "./endings.js";
import { bookedOrder, take } from "./issue.js";
import { listener } from "./keys.js";
import * as screens from "./screens.js";
import { LookingScreen, showSlip, SlipScreen } from "./slips.js";
import { back, canGoBack, contrast, low, muted, step } from "./state.js";

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

function Kiosk() {
  const Present = SCREENS[step.value];
  useEffect(() => focus(document.querySelector("input") ?? document.querySelector("h1")), [step.value]);
  return html`<main class=${`screen ${step.value}`} data-step=${step.value}><${Present} /></main><${Footer} /><${Ending} />`;
}

/**
 * Touch the choice that carries this digit.
 *
 * @param {string} digit
 */
function choose(digit) {
  const chosen = [...document.querySelectorAll(".place")].find((place) => place.textContent === digit);
  chosen?.closest("button")?.click();
}

/**
 * A scanned letter says enough: its owner has told everything when booking.
 *
 * @param {string} reference
 */
function scanned(reference) {
  if (!["language", "service", "appointment"].includes(step.value)) return;
  bookedOrder(reference);
  take();
}

/**
 * Whoever shows a slip is the next citizen, unless they have begun to answer questions.
 *
 * @param {string} secret
 */
function slip(secret) {
  if (["busy", "looking"].includes(step.value)) return;
  if (!canGoBack()) leave();
  showSlip(secret);
}

effect(() => void document.body.classList.toggle("low", low.value));
effect(() => void document.body.classList.toggle("night", contrast.value));
watchAttention();
document.addEventListener("keydown", listener({ choose, scanned, slip, back: () => void (canGoBack() && back()) }));
document.addEventListener("contextmenu", (event) => event.preventDefault());
mount(html`<${Kiosk} />`, "kiosk");

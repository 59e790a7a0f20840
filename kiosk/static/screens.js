// The screens: one question each, answers below it.

import { html } from "/static/vendor/htm-preact.js";
import { qrCode } from "/static/ui/addresses.js";
import { longEnough } from "/static/ui/codes.js";
import { Chip, Icon, Section } from "/static/ui/parts.js";
import { timeOf } from "/static/ui/times.js";
import { isStranded, waitSentences } from "/static/ui/waits.js";
import { language, named, t, tn } from "/static/ui/words.js";
import { leave } from "./attention.js";
import { bookedOrder, take } from "./issue.js";
import { Keypad } from "./keypad.js";
import { page } from "./page.js";
import { isAwaited, isComing, isLost, isOut, printAgain } from "./paper.js";
import { chooseLanguage, go, result, slip, typed } from "./state.js";
import { say, voice } from "./voice.js";

const REFERENCE_MAX = 64;

/** The second language on a choice: English, or the centre's first where English is the reader's. */
function second() {
  return language.value === "en" ? page.centre.languages.find((code) => code !== "en") : "en";
}

/** @param {{ text: string, note?: string, icon?: string }} props */
export function Question({ text, note, icon }) {
  const spoken = [text, note].filter(Boolean).join(" ");
  return html`<header class="question">
    ${icon && html`<${Icon} name=${icon} />`}
    <h1 tabindex="-1">${text}</h1>
    ${note && html`<p class="note">${note}</p>`}
    ${voice() && html`<button class="button round" onClick=${() => say(spoken)} aria-label=${t("Read aloud")}>
      <${Icon} name="volume-2" />
    </button>`}
  </header>`;
}

/** @param {{ place: number, icon: string, names: Record<string, string>, onChoose: () => void, quiet?: boolean }} props */
export function Choice({ place, icon, names, onChoose, quiet }) {
  const other = second();
  return html`<button class=${`choice ${quiet ? "quiet" : ""}`} onClick=${onChoose}>
    ${icon && html`<${Icon} name=${icon} />`}
    <span class="names">
      <b>${named(names)}</b>
      ${other && names[other] && html`<small lang=${other}>${names[other]}</small>`}
    </span>
    <span class="place" aria-hidden="true">${place}</span>
  </button>`;
}

/** The way of those with an appointment, before anybody has chosen a language. @param {string} lang */
const booked = (lang) => t("I have an appointment – scan", {}, lang);

export function LanguageScreen() {
  const regional = page.centre.languages.find((code) => booked(code) !== booked("en"));
  return html`<header class="question">
      <p class="centre">${named(page.centre.name)}</p>
      <h1 tabindex="-1">${page.centre.languages.map((code) => html`<span lang=${code}>${t("Choose your language", {}, code)}</span>`)}</h1>
    </header>
    <div class="choices tiles">
      ${page.centre.languages.map(
        (code, place) => html`<button class="choice tile" lang=${code} onClick=${() => chooseLanguage(code)}>
          <b>${page.own_names[code]}</b><span class="place" aria-hidden="true">${place + 1}</span>
        </button>`,
      )}
      ${page.booked && html`<button class="choice booked" onClick=${() => go("appointment")}>
        <${Icon} name="scan-line" />
        <span class="names"><b lang="en">${booked("en")}</b>
          ${regional && html`<b lang=${regional}>${booked(regional)}</b>`}</span>
      </button>`}
    </div>`;
}

export function ServiceScreen() {
  return html`<${Question} text=${t("What have you come for?")} />
    <div class="choices">
      ${page.services.map(
        (service, place) => html`<${Choice} key=${service.code} place=${place + 1} icon=${service.icon} names=${service.name}
          onChoose=${() => go("need", { service: service.code })} />`,
      )}
      ${page.booked && html`<button class="choice booked" onClick=${() => go("appointment")}>
        <${Icon} name="calendar-check" /><span class="names"><b>${t("I have an appointment")}</b></span>
      </button>`}
    </div>`;
}

export function AppointmentScreen() {
  /** @param {InputEvent & { currentTarget: HTMLInputElement }} event */
  const write = (event) => (typed.value = event.currentTarget.value.toUpperCase());
  const enough = longEnough(typed.value);
  /** @param {Event} event */
  const submit = (event) => {
    event.preventDefault();
    if (enough) {
      bookedOrder(typed.value);
      go("need");
    }
  };
  return html`<${Question} text=${t("Scan your appointment letter")} note=${t("Or type its reference number.")} />
    <form class="choices appointment" onSubmit=${submit}>
      <input class="reference" value=${typed.value} aria-label=${t("Reference number")} autocomplete="off" maxlength=${REFERENCE_MAX}
        onInput=${write} />
      <${Keypad} longest=${REFERENCE_MAX} />
      <button class="choice primary" disabled=${!enough}><span class="names"><b>${t("Next")}</b></span><${Icon} name="arrow-right" /></button>
    </form>`;
}

export function NeedScreen() {
  /** @param {string} [need] */
  const choose = (need) => {
    go("need", { need });
    take();
  };
  return html`<${Question} text=${t("Does one of these apply to you?")} note=${t("You will be called first. Staff may ask.")} />
    <div class="choices">
      <button class="choice" onClick=${() => choose()}><span class="names"><b>${t("No")}</b></span>
        <span class="place" aria-hidden="true">1</span></button>
      ${page.needs.map(
        (need, place) => html`<${Choice} key=${need.code} place=${place + 2} icon=${need.icon} names=${need.name}
          onChoose=${() => choose(need.code)} />`,
      )}
    </div>`;
}

/** The way out of every screen that asks nothing. */
export function Finish() {
  const words = isAwaited() ? t("Finish without the slip") : t("Finish");
  return html`<button class="choice" onClick=${leave}><span class="names"><b>${words}</b></span></button>`;
}

export function BusyScreen() {
  return html`<${Question} text=${t("Your token is being made…")} />`;
}

/** What to say about the slip. @param {import("./state.js").Slip | null} paper */
function slipWords(paper) {
  if (isOut(paper)) return t("Take your slip.");
  if (isComing(paper)) return t("Your slip is being printed.");
  return paper && isLost(paper) ? t("The slip did not come out. {label} is yours. Take a photo or write it down.", { label: paper.label }) : "";
}

/**
 * Where the slip is, and the ways out: one may print it here while it is not on its way. Without a secret it is good for
 * nothing more.
 *
 * @param {{ secret: string | null }} props
 */
export function PaperWays({ secret }) {
  const paper = slip.value;
  const words = slipWords(paper);
  const can = secret !== null && page.printer !== null && (paper === null || isLost(paper));
  const print = () => secret && printAgain(secret);
  return html`${words && html`<p class=${`slip ${paper?.state} ${isLost(paper) ? "lost" : ""}`} role="status"><${Icon} name="printer" /> ${words}</p>`}
    <div class="ways">
      ${can && html`<button class="choice" onClick=${print}><${Icon} name="printer" /><span class="names"><b>${t("Print the slip")}</b></span></button>`}
      <${Finish} />
    </div>`;
}

/**
 * How many are before somebody, and how long this stage and the whole visit may take; nobody is next where none calls.
 *
 * @param {{ ahead: number, stage: string | null, told: import("/static/ui/waits.js").Told }} props
 */
export function Waits({ ahead, stage, told }) {
  const here = page.centre.stages.find(({ code }) => code === stage);
  const [first, ...others] = waitSentences(told, here ? named(here.name) : "", { t, time: timeOf });
  const people = ahead === 0 ? t("You are next") : tn("{n} person before you", "{n} people before you", ahead);
  const lead = isStranded(told) ? (ahead === 0 ? [] : [people]) : [people];
  return html`<p class="ahead">${[...lead, first].join(" · ")}</p>${others.map((sentence) => html`<p class="visit" key=${sentence}>${sentence}</p>`)}`;
}

export function ResultScreen() {
  const issued = result.value;
  if (!issued) return null;
  const { token, appointment } = issued;
  const stage = page.centre.stages.find(({ code }) => code === token.stage);
  const secret = issued.status_url.split("/").at(-1) ?? "";
  return html`<header class="question result">
      <p class="centre">${t("Your token")}</p>
      <h1 tabindex="-1" class="number"><${Chip} label=${token.label} /></h1>
      <${Waits} ahead=${issued.ahead} stage=${token.stage} told=${issued} />
      ${appointment?.slot && appointment.late_min > 0 && html`<p class="note">${t("Your appointment was at {time}. You wait from now on.", { time: timeOf(appointment.slot) })}</p>`}
    </header>
    <div class="choices outcome">
      ${stage && html`<p class="zone"><${Icon} name="arrow-right" /><${Section} code=${stage.code} /> <span>${named(stage.name)}</span></p>`}
      <div class="take">
        <img class="qr" alt=${t("QR code of your own page")} src=${qrCode(secret)} />
        <p>${t("See your turn on your phone.")}</p>
      </div>
      <${PaperWays} secret=${secret} />
    </div>
    ${isOut(slip.value) && html`<div class="paper" aria-hidden="true"><${Chip} label=${token.label} /></div>`}`;
}

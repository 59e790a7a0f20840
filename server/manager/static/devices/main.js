// The screens of the hall: which are paired, which are shown now, and the field for the code of a new one.

import { html } from "/static/vendor/htm-preact.js";
import { may } from "/static/staff/page.js";
import { Strip } from "/static/staff/strip.js";
import { Ways } from "/static/staff/ways.js";
import { DEVICES } from "/static/ui/addresses.js";
import { page } from "/static/ui/page.js";
import { mount, Section } from "/static/ui/parts.js";
import { named, t, tn } from "/static/ui/words.js";
import * as hall from "./hall.js";
import { Asked, kindWord, moment } from "./panels.js";

/** @param {hall.Screen} screen */
function state(screen) {
  if (hall.connected.value.has(hall.nameOf(screen))) return "on";
  return screen.paired ? "away" : "none";
}

/** @param {hall.Screen} screen */
function stateWords(screen) {
  if (screen.asking.length) return t("shows a code");
  if (!screen.paired) return t("not paired");
  return state(screen) === "on" ? t("connected") : t("last seen {time}", { time: moment(screen.paired.seen_at) });
}

/** @param {{ screen: hall.Screen }} props */
function Tile({ screen }) {
  return html`<li><button class="tile ${state(screen)} ${screen.asking.length ? "asking" : ""}" onClick=${() => hall.open({ kind: "screen", screen })}>
    <span class="head"><i class="lamp" aria-hidden="true"></i><b><span class="visually-hidden">${kindWord(screen.kind)} </span>${screen.id}</b>${screen.place && html`<${Section} code=${screen.place} />`}</span>
    ${screen.name !== screen.id && html`<span class="name">${screen.name}</span>`}<span class="state">${stateWords(screen)}</span></button></li>`;
}

/** @param {{ kind: Baari.ScreenView["kind"], title: string }} props */
function Group({ kind, title }) {
  const screens = (hall.screens.value ?? []).filter((screen) => screen.kind === kind);
  const on = screens.filter((screen) => state(screen) === "on").length;
  return html`<section class=${kind === "counter" ? "small" : ""}><h2>${title} <small>${t("{on} of {all} connected", { on, all: screens.length })}</small></h2>
    ${screens.length ? html`<ul class="tiles">${screens.map((screen) => html`<${Tile} key=${screen.id} screen=${screen} />`)}</ul>` : html`<p class="muted">${t("The set-up has none.")}</p>`}</section>`;
}

function Code() {
  /** @param {SubmitEvent & { currentTarget: HTMLFormElement }} event */
  const send = (event) => {
    event.preventDefault();
    hall.find(String(new FormData(event.currentTarget).get("code")));
  };
  const asking = (hall.screens.value ?? []).reduce((sum, screen) => sum + screen.asking.length, 0);
  const wrong = hall.refused.value?.code && hall.refused.value.text;
  return html`<form class="pair" onSubmit=${send}><label for="code">${t("Code on the screen")}</label>
    <div class="row"><input id="code" key=${hall.taken.value} name="code" maxlength="12" autocomplete="off" autocapitalize="characters" spellcheck=${false} placeholder="ABC 234" aria-describedby="told" required />
    <button class="button primary" aria-busy=${hall.busy.value}>${t("Look")}</button></div>
    <p id="told" role="status" class=${wrong ? "wrong" : "muted"}>${wrong || hall.done.value || (asking ? tn("{n} screen shows a code.", "{n} screens show a code.", asking) : t("Open the page of a screen on it."))}</p></form>`;
}

/** Nothing is paired yet: how one begins. */
function First() {
  const screens = hall.screens.value ?? [];
  const first = screens.find(({ kind }) => kind === "kiosk") ?? screens[0];
  if (!first || !may("pair_device") || screens.some(({ paired }) => paired)) return null;
  const home = { kiosk: "kiosk", board: "display", counter: "counter" }[first.kind];
  return html`<section class="first"><h2>${t("No screen is paired yet.")}</h2><ol>
    <li>${t("Open its page on the screen itself:")} <code>${`${location.origin}/${home}/${page.centre.code}/${first.id}`}</code></li>
    <li>${t("It shows a code of six signs.")}</li><li>${t("Type the code here, and pair it.")}</li></ol></section>`;
}

function Devices() {
  return html`<${Strip} still lead=${html`<b>${named(page.centre.name)}</b>`}><${Ways} here=${DEVICES} /></${Strip}>
    <main><header><h1>${t("Devices")}</h1>${may("pair_device") && html`<${Code} />`}</header>
    ${hall.screens.value && html`<${First} /><${Group} kind="kiosk" title=${t("Kiosks")} /><${Group} kind="board" title=${t("Boards")} /><${Group} kind="counter" title=${t("Counters")} />`}</main><${Asked} />`;
}

hall.begin();
mount(html`<${Devices} />`, "app");

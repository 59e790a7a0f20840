// The end of the day: who is still here, and what becomes of them. Chosen first, then confirmed with the list in view.

import { html } from "/static/vendor/htm-preact.js";
import { signal } from "/static/vendor/signals.js";
import { Panel } from "/static/staff/panel.js";
import { tokenWord } from "/static/staff/states.js";
import * as addresses from "/static/ui/addresses.js";
import { command, Failure } from "/static/ui/http.js";
import { ahead, live, now } from "/static/ui/live.js";
import { Chip, Section } from "/static/ui/parts.js";
import { dayOf, timeOf } from "/static/ui/times.js";
import { t, tn } from "/static/ui/words.js";
import * as f from "./figures.js";

const QUARTER_MS = 15 * 60_000;
const TIMES = 12;

/** @typedef {"end" | "carry_over" | "extend" | "reopen"} Way what a manager may choose */

/** @typedef {{ way: Way, day: Baari.DayView, trouble: string, busy: boolean }} Asked what is asked, with the list as it was shown */

/** @type {import("@preact/signals").Signal<Asked | null>} */
const asked = signal(/** @type {Asked | null} */ (null));

/** @param {Way} way */
function ask(way) {
  if (f.day.value) asked.value = { way, day: f.day.value, trouble: "", busy: false };
}

/** @type {() => [Way, string, string][]} */
const WAYS = () => [
  ["extend", t("Serve on…"), t("They are served on. No more tokens are given.")],
  ["end", t("They come again…"), t("They may come again on the next working day.")],
  ["carry_over", t("Carry over…"), t("They keep number, place and age until the next day.")],
];

const REASONS = () => [["by_mistake", t("Closed by mistake")], ["people_here", t("People are still here")], ["clock", t("The clock was wrong")]];

/** The way to close a day before anybody has to ask. */
export function CloseDay() {
  const day = f.day.value;
  if (day?.state !== "open" || day.round_the_clock) return null;
  return html`<button class="button plain small" disabled=${!live.value} onClick=${() => ask("end")}>${t("Close the day…")}</button>`;
}

/** Who is still here at the end of the day, or that it is closed; in the middle of the day nothing. */
export function EndOfDay() {
  const day = f.day.value;
  if (!day) return null;
  return html`${day.asks ? html`<${Still} day=${day} />` : html`<${Over} day=${day} />`}<${Question} />`;
}

/** @param {{ day: Baari.DayView }} props */
function Still({ day }) {
  return html`<section class="still" aria-labelledby="still"><h2 id="still">${people(day.live.length)}</h2>
    <p>${why(day)}</p><${People} of=${day.live} />
    <p class="ways">${WAYS().map(([way, name]) => html`<button key=${way} class="button" disabled=${!live.value} onClick=${() => ask(way)}>${name}</button>`)}</p></section>`;
}

/** @param {Baari.DayView} day */
function why({ asks, day, closes_at: closes }) {
  if (asks === "next_day") return t("{day} is not closed. No tokens are given before.", { day: dayOf(day) });
  const time = closes ? timeOf(closes) : "";
  return asks === "over" ? t("The day ended at {time}.", { time }) : t("The day ends at {time}.", { time });
}

/** @param {{ day: Baari.DayView }} props */
function Over({ day }) {
  if (day.state === "open" || (!day.reopens && !day.live.length)) return null;
  return html`<section class="still" aria-label=${t("The day is closed.")}>
    ${day.live.length > 0 && html`<h2>${people(day.live.length)}</h2><p>${t("They keep number, place and age until the next day.")}</p><${People} of=${day.live} />`}
    ${day.reopens && html`<p class="ways"><button class="button" disabled=${!live.value} onClick=${() => ask("reopen")}>${t("Open the day again…")}</button></p>`}</section>`;
}

/** @param {number} count */
const people = (count) => tn("{n} person is still here", "{n} people are still here", count);

/** @param {{ of: Baari.PublicToken[] }} props */
function People({ of }) {
  return html`<ul class="people" tabindex="0" aria-label=${people(of.length)}>${of.map((token) => html`<li key=${token.id}><${Chip} label=${token.label} party=${token.party} /><${Section} code=${token.counter ?? token.stage ?? ""} /><span class="muted">${tokenWord(token.state)}</span></li>`)}</ul>`;
}

function Question() {
  const question = asked.value;
  if (!question) return null;
  const { way, day, trouble, busy } = question;
  return html`<${Panel} title=${title(question)} verb=${verb(way)} busy=${busy} back=${t("Back")} send=${send} close=${() => (asked.value = null)}>
    ${trouble && html`<p class="notice" role="alert">${trouble}</p>`}
    ${way === "reopen" ? html`<${Reopen} />` : html`<${Choice} way=${way} day=${day} />`}</${Panel}>`;
}

/** @param {Asked} question */
function title({ way, day }) {
  if (way === "reopen") return t("Open {day} again?", { day: dayOf(day.day) });
  if (way === "extend") return t("Serve on until…");
  return t("Close {day}?", { day: dayOf(day.day) });
}

/** @param {Way} way */
const verb = (way) => ({ end: t("Close the day"), carry_over: t("Close the day"), extend: t("Serve on"), reopen: t("Open again") })[way];

/** @param {{ way: Way, day: Baari.DayView }} props */
function Choice({ way, day }) {
  const choose = (/** @type {Way} */ chosen) => () => {
    if (asked.value) asked.value = { ...asked.value, way: chosen };
  };
  if (!day.live.length) return html`<p>${t("Nobody is here. Counters close, and no more tokens are given.")}</p>`;
  return html`<p><b>${people(day.live.length)}</b></p><${People} of=${day.live} />
    <fieldset class="choice"><legend>${t("What becomes of them?")}</legend>${WAYS().map(([each, , words]) => html`<label key=${each}><input type="radio" name="way" checked=${way === each} onChange=${choose(each)} /> ${words}</label>`)}</fieldset>
    ${way === "extend" && html`<${Until} day=${day} />`}`;
}

/** @param {{ day: Baari.DayView }} props */
function Until({ day }) {
  const begin = Math.max(now.value - ahead.value, Date.parse(day.closes_at ?? ""));
  const first = Math.ceil((begin + 1) / QUARTER_MS) * QUARTER_MS;
  const last = Date.parse(day.next_opens ?? "");
  const times = Array.from({ length: TIMES }, (_, n) => first + n * QUARTER_MS).filter((time) => time <= last).map((time) => new Date(time).toISOString());
  return html`<label class="field"><span>${t("Until")}</span><select name="until">${times.map((time) => html`<option value=${time}>${timeOf(time)}</option>`)}</select></label>`;
}

function Reopen() {
  return html`<p>${t("Everybody stands again where they stood. Their counters are paused.")}</p>
    <label class="field"><span>${t("Reason")}</span><select name="reason">${REASONS().map(([code, words]) => html`<option value=${code}>${words}</option>`)}</select></label>`;
}

/** @param {FormData} form */
async function send(form) {
  const question = asked.value;
  if (!question) return;
  asked.value = { ...question, busy: true, trouble: "" };
  try {
    await run(question, form);
    asked.value = null;
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    await f.load();
    // The list is shown anew, so that whoever confirms has seen everybody.
    asked.value = { ...question, day: f.day.value ?? question.day, busy: false, trouble: sentenceOf(error) };
    return;
  }
  await f.load();
}

/**
 * @param {Asked} question
 * @param {FormData} form
 */
function run({ way, day }, form) {
  if (way === "reopen") return command(addresses.onDay(day.day, "reopen"), { reason: String(form.get("reason")) });
  if (way === "extend") return command(addresses.onDay(day.day, "extend"), { until: String(form.get("until")) });
  return command(addresses.onDay(day.day, "close"), { live: day.live.map(({ id }) => id), then: way });
}

/** @param {Failure} failure */
function sentenceOf(failure) {
  /** @type {Record<string, string>} */
  const sentences = {
    people_live: t("Somebody came meanwhile. Please look at the list again."),
    another_day_open: t("The next day is open already."),
    centre_frozen: t("The floor is stopped. Nobody is called or missed."),
  };
  return sentences[failure.code] ?? failure.message;
}

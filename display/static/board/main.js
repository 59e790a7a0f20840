// The board of a zone: the calls, newest on top, and a footer that says where, when, and whether this is fresh.

import { html, render } from "/static/vendor/htm-preact.js";
import { computed, effect, signal } from "/static/vendor/signals.js";
import { asOf, clock, floor, follow, live, now } from "/static/ui/live.js";
import { page } from "/static/ui/page.js";
import { Chip, Section } from "/static/ui/parts.js";
import { named, t } from "/static/ui/words.js";
import { Announcer, callKey, liveCalls } from "./calls.js";
import { chime, silenced, unlock } from "./chime.js";
import { sizes } from "./sizes.js";

const TURN_MS = 6000;
const RETRACTED_MS = 15_000;

const stages = page.centre.stages.filter((stage) => stage.zone === page.zone);
const codes = stages.map((stage) => stage.code);
const languages = page.centre.languages;
const turn = signal(0);
const size = signal({ width: innerWidth, height: innerHeight });
const retracted = signal([]);
const second = computed(() => Math.floor(now.value / 1000) * 1000);
const calls = computed(() => (floor.value ? liveCalls(floor.value.tokens.values(), codes, second.value) : []));
const shape = computed(() => sizes({ ...size.value, ...page.settings }, calls.value.length));
const state = computed(() => {
  if (!floor.value) return "loading";
  if (!live.value) return "stale";
  return calls.value.length ? "calls" : "empty";
});
const announcer = new Announcer(codes);
let before = new Map();

function Call({ token }) {
  return html`<li class="call">
    <${Chip} label=${token.label} /><span class="arrow" aria-hidden="true">→</span>
    <span class="block"><${Section} code=${token.counter} /></span>
    ${page.settings.directions?.[token.counter] && html`<span class="direction">${page.settings.directions[token.counter]}</span>`}
  </li>`;
}

function Calls() {
  const { room } = shape.value;
  return html`<ul class="calls" aria-live="polite">${calls.value.slice(0, room).map((token) => html`<${Call} key=${callKey(token)} token=${token} />`)}</ul>`;
}

function Empty() {
  return html`<div class="nothing">
    <span class="section letter" data-section=${page.zone}>${page.zone}</span>
    ${languages.map((lang) => html`<p lang=${lang}>${t("Nobody is called yet", {}, lang)}</p>`)}
  </div>`;
}

function Footer() {
  const lang = languages[turn.value % languages.length];
  const time = clock(asOf.value ?? now.value);
  if (!live.value) {
    return html`<footer class="stale" lang=${lang}>
      <p>${t("The board has stopped; this is as of {time}. Listen to the counters.", { time }, lang)}</p></footer>`;
  }
  const hidden = calls.value.length - shape.value.room;
  return html`<footer lang=${lang}>
    <b class="time">${clock(now.value)}</b>
    <span class="zone"><span class="section" data-section=${page.zone}>${page.zone}</span> ${named(stages[0]?.name ?? {}, lang)}</span>
    <p>${t("Please keep an eye on your number", {}, lang)}</p>
    ${silenced.value && html`<button class="button primary sound" onClick=${unlock}>${t("Touch for sound", {}, lang)}</button>`}
    ${calls.value.length > 4 && html`<span class="reach">${shape.value.metres} m${hidden > 0 ? ` · +${hidden}` : ""}</span>`}
  </footer>`;
}

function Retracted() {
  return html`<div class="retracted" role="status">${retracted.value.map(
    ({ label }) => html`<p key=${label}>${languages.map((lang) => html`<span lang=${lang}>${t("{label}: please stay seated.", { label }, lang)}</span>`)}</p>`,
  )}</div>`;
}

function Board() {
  return html`<main class=${shape.value.columns === 2 ? "two" : ""}>
      ${state.value === "empty" || (state.value === "stale" && !calls.value.length) ? html`<${Empty} />` : html`<${Calls} />`}
      <${Retracted} />
    </main><${Footer} />`;
}

/** A token that was called here and now waits again, or is gone unserved, is taken back in words. */
function noteRetraction(event) {
  const token = event.token;
  if (!token) return;
  const was = before.get(token.id);
  if (was?.state === "called" && codes.includes(was.stage) && ["waiting", "cancelled"].includes(token.state)) {
    retracted.value = [...retracted.value, { label: token.label }];
    setTimeout(() => {
      retracted.value = retracted.value.slice(1);
    }, RETRACTED_MS);
  }
  before.set(token.id, token);
}

function begin() {
  before = new Map(floor.value.tokens);
  announcer.begin(before.values());
}

let begun = null;
effect(() => {
  if (!floor.value || begun === floor.value.epoch) return;
  begun = floor.value.epoch;
  begin();
});
effect(() => {
  document.body.style.setProperty("--font", `${shape.value.font}px`);
  document.body.style.setProperty("--row", `${shape.value.row}px`);
});
effect(() => {
  document.body.dataset.state = state.value;
});
follow((event) => {
  noteRetraction(event);
  if (announcer.hears(event.token, now.value)) chime();
});
addEventListener("resize", () => {
  size.value = { width: innerWidth, height: innerHeight };
});
document.addEventListener("pointerdown", unlock);
setInterval(() => {
  turn.value += 1;
}, TURN_MS);
render(html`<${Board} />`, document.getElementById("board"));

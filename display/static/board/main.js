// The board of a zone: the calls, newest on top, and a footer that says where, when, and whether this is fresh.

import { html } from "/static/vendor/htm-preact.js";
import { computed, effect, signal } from "/static/vendor/signals.js";
import { together } from "/static/ui/counters.js";
import { watchEmergency } from "/static/ui/alarm.js";
import { Identity } from "/static/ui/identity.js";
import { asOf, clock, floor, follow, live, now, resumesAt } from "/static/ui/live.js";
import { causeName } from "/static/ui/notice.js";
import { Chip, Icon, mount, Section } from "/static/ui/parts.js";
import { dayOf, timeOf } from "/static/ui/times.js";
import { named, t } from "/static/ui/words.js";
import { Announcer, callKey, liveCalls, takenBack } from "./calls.js";
import { chime, silenced, unlock } from "./chime.js";
import { page } from "./page.js";
import { legible, rowScale, sizes } from "./sizes.js";

const TURN_MS = 6000;
const RETRACTED_MS = 15_000;

const stages = page.centre.stages.filter((stage) => stage.zone === page.zone);
const codes = stages.map((stage) => stage.code);
const languages = page.centre.languages;
const turn = signal(0);
const size = signal({ width: innerWidth, height: innerHeight });
const retracted = signal(/** @type {{ seq: number, label: string }[]} */ ([]));
const second = computed(() => Math.floor(now.value / 1000) * 1000);
const calls = computed(() => (floor.value && !resumesAt.value ? liveCalls(floor.value.tokens.values(), codes, second.value) : []));
const shape = computed(() => sizes({ ...size.value, ...page.settings }, calls.value.length));
const state = computed(() => {
  if (!floor.value) return "loading";
  if (floor.value.notice?.kind === "emergency") return "emergency";
  if (!live.value) return "stale";
  if (floor.value.frozen) return "frozen";
  if (resumesAt.value) return "resting";
  return calls.value.length ? "calls" : "empty";
});
const announcer = new Announcer(codes);

/** @param {{ token: import("./calls.js").Called }} props */
function Call({ token }) {
  const counters = together(token.counter, token.beside);
  return html`<li class="call" style=${{ "--scale": rowScale(token, counters) }}>
    <${Chip} label=${token.label} party=${token.party} /><span class="arrow" aria-hidden="true">→</span>
    ${counters.map((counter) => html`<span class="block"><${Section} code=${counter} /></span>`)}
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

/** The whole screen says one thing, in every language, and nobody is called. */
function Frozen() {
  const notice = floor.value?.notice;
  return html`<div class="frozen" role="alert">
    <${Icon} name="octagon-pause" />
    ${languages.map((lang) => html`<p lang=${lang}>${notice && html`<b>${causeName(notice, lang)}.</b> `}${t("The centre has stopped; your place is kept.", {}, lang)}</p>`)}
  </div>`;
}

/** Nobody is at work: whoever was called and did not come is shown as called by nobody. @param {{ at: string }} props */
function Resting({ at }) {
  return html`<div class="nothing resting">
    <${Icon} name="clock" />
    ${languages.map((lang) => html`<p lang=${lang}><b>${t("The centre is closed now; your place is kept.", {}, lang)}</b><br />
      ${t("It opens again on {date} at {time}.", { date: dayOf(at, lang), time: timeOf(at) }, lang)}</p>`)}
  </div>`;
}

function Footer() {
  const lang = languages[turn.value % languages.length];
  const time = clock(asOf.value ?? now.value);
  if (!live.value) {
    return html`<footer class="stale" lang=${lang}>
      <p>${t("The board has stopped; this is as of {time}. Listen to the counters.", { time }, lang)}</p></footer>`;
  }
  const outage = floor.value?.notice?.kind === "outage" ? floor.value.notice : null;
  const hidden = calls.value.length - shape.value.room;
  return html`<footer lang=${lang} class=${outage ? "outage" : ""}>
    <b class="time">${clock(now.value)}</b>
    <span class="zone"><span class="section" data-section=${page.zone}>${page.zone}</span> ${named(stages[0]?.name ?? {}, lang)}</span>
    <p>${outage ? html`<b>${causeName(outage, lang)}.</b> ${t("Calls go on.", {}, lang)}` : state.value !== "resting" && t("Please keep an eye on your number", {}, lang)}</p>
    ${silenced.value && html`<button class="button primary sound" onClick=${unlock}>${t("Touch for sound", {}, lang)}</button>`}
    ${calls.value.length > 4 && html`<span class="reach">${shape.value.metres} m${hidden > 0 ? ` · +${hidden}` : ""}</span>`}
  </footer>`;
}

function Retracted() {
  return html`<div class="retracted" role="status">${retracted.value.map(
    ({ seq, label }) => html`<p key=${seq}>${languages.map((lang) => html`<span lang=${lang}>${t("{label}: please stay seated.", { label }, lang)}</span>`)}</p>`,
  )}</div>`;
}

function Shown() {
  if (state.value === "resting" && resumesAt.value) return html`<${Resting} at=${resumesAt.value} />`;
  const nobody = state.value === "empty" || (state.value === "stale" && !calls.value.length);
  return nobody ? html`<${Empty} />` : html`<${Calls} />`;
}

function Board() {
  if (floor.value?.frozen) return html`<main><${Frozen} /></main>${!live.value && html`<${Footer} />`}<${Identity} />`;
  return html`<main class=${shape.value.columns === 2 ? "two" : ""}>
      <${Shown} />
      ${state.value !== "resting" && html`<${Retracted} />`}
    </main><${Footer} /><${Identity} />`;
}

/**
 * A call that was taken back is taken back in words too.
 *
 * @param {Baari.EventView} event
 * @param {import("./calls.js").Token | undefined} before
 */
function noteRetraction({ seq, token }, before) {
  if (!token) return;
  const others = retracted.value.filter(({ label }) => label !== token.label);
  if (takenBack(before, token, codes)) {
    retracted.value = [...others, { seq, label: token.label }];
    setTimeout(() => {
      retracted.value = retracted.value.filter((retraction) => retraction.seq !== seq);
    }, RETRACTED_MS);
  } else if (token.state === "called") retracted.value = others;
}

effect(() => {
  document.body.style.setProperty("--font", `${shape.value.font}px`);
  document.body.style.setProperty("--row", `${shape.value.row}px`);
});
effect(() => {
  document.body.dataset.state = state.value;
});
watchEmergency({ wanted: () => legible({ ...size.value, ...page.settings }), exit: page.settings.exit });
follow(
  (event, before) => {
    noteRetraction(event, before);
    if (announcer.hears(event.token, now.value)) chime();
  },
  (state) => announcer.loads(state, now.value).forEach(chime),
);
addEventListener("resize", () => {
  size.value = { width: innerWidth, height: innerHeight };
});
document.addEventListener("pointerdown", unlock);
setInterval(() => {
  turn.value += 1;
}, TURN_MS);
mount(html`<${Board} />`, "board");

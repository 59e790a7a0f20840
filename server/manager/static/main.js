// The manager's page: one sentence, the floor as a river, the ruler of today's stays, and the levers.

import { html, render } from "/static/vendor/htm-preact.js";
import { effect } from "/static/vendor/signals.js";
import { clock, floor, live, now } from "/static/ui/live.js";
import { page } from "/static/ui/page.js";
import { Chip, Keycap, Section } from "/static/ui/parts.js";
import { Strip } from "/static/ui/strip.js";
import { named, t, tn } from "/static/ui/words.js";
import * as f from "./figures.js";

const MAIN = page.routes.default ?? Object.values(page.routes)[0];
const DOTS = 24;
const ROWS = 5;
const ABSENT = ["C", 2];
const REASONS = () => [["break", t("Break")], ["absent", t("Absent")], ["equipment", t("Equipment")]];

function sentence() {
  const { kind, params } = f.outlook.value.sentence;
  if (kind === "empty") return t("Nobody is in the centre.");
  if (kind === "on_time") return t("Everything is on time.");
  return tn(
    "Stage {stage} will pass {minutes} min for {n} person by {by}",
    "Stage {stage} will pass {minutes} min for {n} people by {by}",
    params.people,
    { stage: params.stage, minutes: params.minutes, by: clock(Date.parse(params.by)) },
  );
}

function Offer() {
  const offer = f.outlook.value?.offer;
  if (!offer) return null;
  return html`<button class="button offer" disabled=${!live.value} onClick=${() => f.pull("open", [offer.counter])}>
    ${t("Open {counter}: {before} → {after} min", { counter: offer.counter, before: offer.before_min, after: offer.after_min })}</button>`;
}

function Counter({ counter }) {
  const kind = counter.state !== "open" ? "off" : f.silent(counter) ? "silent" : counter.token ? "busy" : "idle";
  const told = [counter.id, counter.token?.label, counter.state !== "open" ? words(counter.state) : "", counter.reason].filter(Boolean).join(" · ");
  return html`<i class="square ${kind}" title=${told}></i>`;
}

function words(state) {
  return { open: t("open"), paused: t("on a break"), closed: t("closed") }[state] ?? state;
}

function Stage({ stage, narrow }) {
  const jam = f.outlook.value?.bottleneck?.stage === stage.code;
  const wait = f.stats.value?.wait[stage.code];
  const people = stage.waiting.length;
  return html`<button class="stage ${jam ? "jam" : ""} ${narrow ? "narrow" : ""} ${f.chosen.value === stage.code ? "chosen" : ""}" data-stage=${stage.code}
    aria-expanded=${f.chosen.value === stage.code} onClick=${() => (f.chosen.value = f.chosen.value === stage.code ? null : stage.code)}>
    <span class="head"><${Section} code=${stage.code} /> <span class="name">${named(stage.name)}</span></span>
    <span class="dots" aria-hidden="true">${stage.waiting.slice(0, DOTS).map(() => html`<i></i>`)}${people > DOTS && html`<em>+${people - DOTS}</em>`}</span>
    <b class="count">${people}</b><span class="muted">${t("waiting")}</span>
    <span class="squares" aria-hidden="true">${stage.counters.map((counter) => html`<${Counter} key=${counter.id} counter=${counter} />`)}</span>
    <span class="muted small">${t("{busy} of {open} counters busy", { busy: stage.called + stage.serving, open: stage.open })}</span>
    ${wait?.n > 0 && html`<span class="muted small">${t("wait p90 {n} min", { n: Math.round(wait.p90) })}</span>`}
  </button>`;
}

function River() {
  const by = new Map(f.stages.value.map((stage) => [stage.code, stage]));
  const side = f.stages.value.filter((stage) => !MAIN.includes(stage.code));
  return html`<section aria-label=${t("The floor")}>
    <div class="river">${MAIN.map((code, place) => html`<${Stage} stage=${by.get(code)} />${place < MAIN.length - 1 && html`<${Band} people=${by.get(MAIN[place + 1]).waiting.length} />`}`)}</div>
    <div class="side">${side.map((stage) => html`<${Stage} stage=${stage} narrow />`)}</div>
  </section>`;
}

/** The band between two stages is as wide as the line it leads to. */
function Band({ people }) {
  return html`<span class="band" aria-hidden="true"><i style=${{ height: `${Math.min(72, 3 + people * 2)}px` }}></i></span>`;
}

function Levers() {
  const stage = f.stages.value.find(({ code }) => code === f.chosen.value);
  if (!stage) return null;
  return html`<section class="levers" aria-label=${named(stage.name)}>
    <h2><${Section} code=${stage.code} /> ${named(stage.name)}</h2>
    <ul>${stage.counters.map((counter) => html`<li key=${counter.id}>
      <b>${counter.id}</b> <span>${words(counter.state)}${counter.reason ? ` · ${counter.reason}` : ""}</span>
      <span class="muted">${counter.token?.label ?? ""}</span>
      ${counter.state === "open"
        ? html`<select aria-label=${t("Close {counter}", { counter: counter.id })} onChange=${(event) => {
            f.pull(event.target.value === "break" ? "pause" : "close", [counter.id], event.target.value);
            event.target.value = "";
          }}><option value="" selected>${t("Close")}…</option>${REASONS().map(([code, text]) => html`<option value=${code}>${text}</option>`)}</select>`
        : html`<button class="button" onClick=${() => f.pull("open", [counter.id])}>${t("Open")}</button>`}
    </li>`)}</ul></section>`;
}

function Ruler() {
  const stay = f.stats.value?.stay.all;
  const { high_performance_min: fast, promise_min: promise, breach_min: breach } = page.clocks;
  const place = (minutes) => `${Math.min(100, (minutes / breach) * 100)}%`;
  return html`<section class="ruler" aria-label=${t("Stays today")}>
    <h2>${t("Stays today")} <span class="muted">${tn("{n} person so far", "{n} people so far", stay?.n ?? 0)}</span></h2>
    <div class="track">
      ${[fast, promise, breach].map((tick) => html`<b class="tick" style=${{ left: place(tick) }}>${tick}</b>`)}
      ${stay?.n > 0 && html`<i class="span" style=${{ left: place(stay.p50), right: `calc(100% - ${place(stay.p95)})` }}></i>
        ${["p50", "p90", "p95"].map((name) => html`<span class="mark ${name} ${stay[name] > promise ? "late" : ""} ${stay[name] > breach * 0.8 ? "flip" : ""}" style=${{ left: place(stay[name]) }}><em>${name}</em>${Math.round(stay[name])}</span>`)}`}
    </div>
  </section>`;
}

function Rail() {
  const risky = f.outlook.value?.people_at_risk ?? [];
  return html`<aside>
    <h2>${t("People at risk")}</h2>
    ${risky.length ? html`<ul>${risky.slice(0, ROWS).map((one) => html`<li key=${one.label}><${Chip} label=${one.label} /><${Section} code=${one.stage} /><span class="muted">${one.stay_min} → ${one.expected_min} min</span></li>`)}</ul>
      ${risky.length > ROWS && html`<p class="muted">${t("and {n} more", { n: risky.length - ROWS })}</p>`}` : html`<p class="muted">${t("Nobody")}</p>`}
    <h2>${t("Devices")}</h2>
    ${f.hints.value.length ? html`<ul>${f.hints.value.map((hint) => html`<li key=${hint.device}>${t("{device} needs help", { device: hint.device })}</li>`)}</ul>` : html`<p class="muted">${t("No trouble reported")}</p>`}
    ${page.demo && html`<${Absence} />`}
  </aside>`;
}

/** The documented complaint as a switch: two granting officers absent. */
function Absence() {
  const [code, many] = ABSENT;
  const counters = f.stages.value.find((stage) => stage.code === code)?.counters ?? [];
  const last = counters.slice(-many);
  const absent = last.length > 0 && last.every((counter) => counter.state === "closed");
  const flip = () => f.pull(absent ? "open" : "close", last.map(({ id }) => id), "absent");
  return html`<h2>${t("Try it")}</h2><button class="button switch" role="switch" aria-checked=${absent} onClick=${flip}><i></i>${t("Two granting officers absent")}</button>`;
}

function Table() {
  return html`<div class="sheet" role="region" tabindex="0" aria-label=${t("The floor by stage")}><table><caption>${t("The floor by stage")}</caption><thead><tr><th>${t("Stage")}</th><th>${t("waiting")}</th><th>${t("called")}</th><th>${t("served")}</th><th>${t("Missed")}</th><th>${t("open")}</th><th>p50</th><th>p90</th></tr></thead>
    <tbody>${f.stages.value.map((stage) => {
      const wait = f.stats.value?.wait[stage.code] ?? { n: 0 };
      return html`<tr key=${stage.code}><th scope="row"><${Section} code=${stage.code} /> ${named(stage.name)}</th><td>${stage.waiting.length}</td><td>${stage.called}</td><td>${stage.serving}</td><td>${stage.missed}</td><td>${stage.open}/${stage.counters.length}</td><td>${wait.n ? wait.p50 : "–"}</td><td>${wait.n ? wait.p90 : "–"}</td></tr>`;
    })}</tbody></table></div>`;
}

/** Before the first token of the day the checklist is the page. */
function Morning() {
  const { kiosk, board, printer, printer_ready: ready } = page.devices;
  const open = f.stages.value.reduce((sum, stage) => sum + stage.open, 0);
  const unserved = f.stages.value.filter((stage) => stage.open === 0).map(({ code }) => code);
  const rows = [
    [open > 0 && !unserved.length, t("Counters"), unserved.length ? t("{n} open; none at {stages}", { n: open, stages: unserved.join(", ") }) : t("{n} open", { n: open })],
    [ready === printer, t("Printers"), t("{ready} of {n} have an address", { ready, n: printer })],
    [kiosk > 0, t("Kiosks"), String(kiosk)],
    [board > 0, t("Boards"), String(board)],
    [true, t("Clock of the centre"), clock(now.value)],
  ];
  return html`<section class="morning"><h2>${t("Before the first token")}</h2><ul>${rows.map(([good, what, told]) => html`<li class=${good ? "good" : "todo"}><i aria-hidden="true">${good ? "✓" : "!"}</i><b>${what}</b><span>${told}</span></li>`)}</ul></section>`;
}

function Top() {
  return html`<${Strip} lead=${html`<b>${named(page.centre.name)}</b>`}>
    <button class="button plain small" aria-pressed=${f.table.value} onClick=${() => (f.table.value = !f.table.value)}>${t("Table")} <${Keycap}>T</${Keycap}></button>
  </${Strip}>`;
}

function Lead() {
  return html`<div class="lead"><h1 aria-live="polite">${f.outlook.value ? sentence() : "…"}</h1><${Offer} />
    ${f.undo.value && html`<button class="button" onClick=${f.takeBack}>${t("Undo: {verb} {counters}", { verb: f.undo.value.verb === "open" ? t("Open") : t("Close"), counters: f.undo.value.ids.join(", ") })}</button>`}
    ${f.notice.value && html`<p class="notice" role="alert">${f.notice.value}</p>`}</div>`;
}

function Manager() {
  const morning = f.stats.value?.issued === 0;
  return html`<${Top} /><main class=${live.value || !floor.value ? "" : "stale"}>
    <div class="floor"><${Lead} />${morning && html`<${Morning} />`}${f.table.value ? html`<${Table} />` : html`<${River} />`}<${Levers} />${!morning && html`<${Ruler} />`}</div><${Rail} /></main>`;
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || event.target.matches("input, select, textarea")) return;
  if (event.key.toLowerCase() === "t") f.table.value = !f.table.value;
  if (event.key === "Escape") f.chosen.value = null;
});
effect(() => {
  document.body.dataset.sentence = f.outlook.value?.sentence.kind ?? "";
});
f.begin();
render(html`<${Manager} />`, document.getElementById("app"));

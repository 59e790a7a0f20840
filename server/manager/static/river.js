// The floor as a river: people flow from stage to stage, and the one that holds them up is the only bright thing.

import { html } from "/static/vendor/htm-preact.js";
import { counterWord, restWord } from "/static/staff/states.js";
import { Section } from "/static/ui/parts.js";
import { named, t } from "/static/ui/words.js";
import * as f from "./figures.js";
import { page } from "./page.js";

const MAIN = page.routes.default ?? Object.values(page.routes)[0];
const DOTS = 24;

/** @param {{ counter: f.Counter }} props */
function Counter({ counter }) {
  const kind = counter.state !== "open" ? "off" : f.silent(counter) ? "silent" : counter.token ? "busy" : "idle";
  const title = [counter.id, counter.token?.label, counter.state !== "open" ? counterWord(counter.state) : "", counter.reason && restWord(counter.reason)].filter(Boolean).join(" · ");
  return html`<i class="square ${kind}" title=${title}></i>`;
}

/** @param {{ stage: f.Stage, narrow?: boolean }} props */
function Stage({ stage, narrow }) {
  const jam = f.jam.value === stage.code;
  const wait = f.stats.value?.wait[stage.code] ?? { n: 0, p90: 0 };
  const people = stage.waiting.length;
  return html`<button class="stage ${jam ? "jam" : ""} ${narrow ? "narrow" : ""} ${f.chosen.value === stage.code ? "chosen" : ""}" data-stage=${stage.code}
    aria-expanded=${f.chosen.value === stage.code} onClick=${() => (f.chosen.value = f.chosen.value === stage.code ? null : stage.code)}>
    <span class="head"><${Section} code=${stage.code} /> <span class="name">${named(stage.name)}</span></span>
    <span class="dots" aria-hidden="true">${stage.waiting.slice(0, DOTS).map(() => html`<i></i>`)}${people > DOTS && html`<em>+${people - DOTS}</em>`}</span>
    <b class="count">${people}</b><span class="muted">${t("waiting")}</span>
    <span class="squares" aria-hidden="true">${stage.counters.map((counter) => html`<${Counter} key=${counter.id} counter=${counter} />`)}</span>
    <span class="muted small">${t("{busy} of {open} counters busy", { busy: stage.busy, open: stage.open })}</span>
    ${wait.n > 0 && html`<span class="muted small">${t("wait p90 {n} min", { n: Math.round(wait.p90) })}</span>`}
  </button>`;
}

export function River() {
  const main = MAIN.flatMap((code) => f.stages.value.filter((stage) => stage.code === code));
  const side = f.stages.value.filter((stage) => !MAIN.includes(stage.code));
  return html`<section aria-label=${t("The floor")}>
    <div class="river">${main.map((stage, place) => html`${place > 0 && html`<${Band} people=${stage.waiting.length} />`}<${Stage} stage=${stage} />`)}</div>
    <div class="side">${side.map((stage) => html`<${Stage} stage=${stage} narrow />`)}</div>
  </section>`;
}

/**
 * The band between two stages is as wide as the line it leads to.
 *
 * @param {{ people: number }} props
 */
function Band({ people }) {
  return html`<span class="band" aria-hidden="true"><i style=${{ height: `${Math.min(72, 3 + people * 2)}px` }}></i></span>`;
}

// The counter console: the line on the left, the token in the middle, what is missed and done on the right.

import { html, render } from "/static/vendor/htm-preact.js";
import { computed, effect } from "/static/vendor/signals.js";
import { OWN_NAMES } from "/static/ui/languages.js";
import { floor, live, now } from "/static/ui/live.js";
import { page } from "/static/ui/page.js";
import { Chip, Keycap, Section } from "/static/ui/parts.js";
import { Strip } from "/static/ui/strip.js";
import { named, t, tn } from "/static/ui/words.js";
import * as state from "./state.js";
import { otherOutcomes, sensible, VERBS, verbOfKey } from "./verbs.js";

const MINUTE = 60_000;
const minute = computed(() => Math.floor(now.value / 10_000) * 10_000);

/** The words of verbs and outcomes, said here so that they are found and translated. */
function words(name) {
  const said = {
    Next: t("Next"), Start: t("Start"), Done: t("Done"), "Call again": t("Call again"), Missed: t("Missed"), Break: t("Break"),
    Open: t("Open"), Close: t("Close"), error: t("Papers have an error"), refused: t("Refused"), deferred: t("On hold"),
    granted: t("Granted"), ok: t("Done"), open: t("open"), paused: t("on a break"), closed: t("closed"),
  };
  return said[name] ?? name;
}

function minutesSince(text) {
  return Math.max(0, Math.floor((minute.value - Date.parse(text)) / MINUTE));
}

function Need({ code }) {
  const need = page.needs[code];
  if (!need) return null;
  const file = ["senior", "pregnant"].includes(need.icon) ? "/static/ui/icons.svg" : "/static/vendor/icons.svg";
  return html`<span class="need"><svg class="icon" viewBox="0 0 24 24" aria-hidden="true"><use href=${`${file}#${need.icon}`} /></svg>${named(need.name)}</span>`;
}

function Stay({ since }) {
  const stay = minutesSince(since);
  const { high_performance_min: fast, promise_min: promise, breach_min: breach } = page.clocks;
  const tone = stay >= promise ? "late" : stay >= fast ? "soon" : "good";
  return html`<div class="stay ${tone}">
    <div class="track" role="img" aria-label=${t("In the centre for {n} minutes", { n: stay })}>
      <i style=${{ width: `${Math.min(100, (stay / breach) * 100)}%` }}></i>
      ${[fast, promise].map((tick) => html`<b style=${{ left: `${(tick / breach) * 100}%` }}>${tick}</b>`)}
    </div>
    <span>${t("In the centre for {n} minutes", { n: stay })}</span>
  </div>`;
}

function Why({ next }) {
  if (!next) return null;
  const { rule, params } = next;
  const told = rule === "protected_class"
    ? t("next: series {series} goes first", { series: params.class })
    : t("next: the longest wait");
  return html`<small>${told}</small>`;
}

function Line() {
  const { line = [], next, more = 0 } = state.line.value ?? {};
  return html`<section class="line" aria-label=${t("The line")}>
    <h2>${t("The line")} <span class="muted">${line.length + more}</span></h2>
    <ol aria-live="polite">
      ${line.map((token, place) => html`<li key=${token.id} class=${place ? "" : "first"}>
        <${Chip} label=${token.label} />
        <span class="told">${place ? html`<${Need} code=${token.staff.need} />` : html`<${Why} next=${next} />`}</span>
        <span class="muted">${t("{n} min", { n: minutesSince(token.staff.waiting_since) })}</span>
      </li>`)}
    </ol>
    ${more > 0 && html`<p class="muted">${t("and {n} more", { n: more })}</p>`}
    ${!line.length && html`<p class="muted nobody">${t("Nobody is waiting. The next one appears here.")}</p>`}
  </section>`;
}

function Refused() {
  const told = state.refusal.value;
  if (!told) return null;
  return html`<p class="refusal" role="alert">${told.text}
    ${told.code === "counter_taken" && page.role === "manager" && html`<button class="button" onClick=${() => state.sit(told.id, true)}>${t("Take over")}</button>`}
  </p>`;
}

function Big() {
  const verb = sensible(state.here.value, state.current.value);
  if (!verb) return html`<button class="button primary big" disabled>${t("Wait")}</button>`;
  const busy = state.pending.value === verb.verb;
  return html`<button class="button primary big" disabled=${!live.value} aria-busy=${busy} onClick=${() => state.act(verb.verb)}>
    ${busy ? "…" : words(verb.words)} <${Keycap}>${verb.key}</${Keycap}></button>`;
}

function Others() {
  const big = sensible(state.here.value, state.current.value);
  const outcomes = state.current.value?.state === "serving" ? otherOutcomes(page.outcomes[state.here.value.stage]) : [];
  return html`<div class="others">
    ${outcomes.map(({ name, key }) => html`<button class="button outcome" onClick=${() => state.act("finish", { outcome: name })}>
      ${words(name)} <${Keycap}>${key}</${Keycap}></button>`)}
    ${VERBS.filter((verb) => verb !== big).map((verb) => html`<button class="button plain"
      disabled=${!live.value || !verb.when(state.here.value, state.current.value)} onClick=${() => state.act(verb.verb)}>
      ${words(verb.words)} <${Keycap}>${verb.key}</${Keycap}></button>`)}
  </div>`;
}

function Token({ token }) {
  return html`<div class="token" aria-live="assertive">
      <p class="what muted">${token.state === "called" ? t("Called to {counter}", { counter: token.counter }) : t("Being served")}</p>
      <p class="number"><${Chip} label=${token.label} /></p>
      <p class="facts"><b>${named(page.services[token.staff.service] ?? { en: token.staff.service })}</b>
        <span>${OWN_NAMES[token.staff.language] ?? token.staff.language}</span><${Need} code=${token.staff.need} />
        ${token.calls > 1 && html`<span>${tn("called {n} time", "called {n} times", token.calls)}</span>`}</p>
      <${Stay} since=${token.staff.issued_at} />
    </div>`;
}

function Centre() {
  const token = state.current.value;
  const { state: open } = state.here.value;
  const { line = [], more = 0 } = state.line.value ?? {};
  return html`<section class="middle ${live.value ? "" : "offline"}" aria-label=${t("This counter")}>
    ${token
      ? html`<${Token} token=${token} />`
      : html`<div class="token none"><h1>${open === "open"
          ? tn("{n} person is waiting", "{n} people are waiting", line.length + more)
          : t("This counter is {state}", { state: words(open) })}</h1></div>`}
    <${Refused} />
    <${Big} />
    <${Others} />
  </section>`;
}

function Right() {
  const missed = state.line.value?.missed ?? [];
  return html`<aside>
    <h2>${t("Missed")}</h2>
    ${missed.length ? html`<ul>${missed.map((token) => html`<li key=${token.id}><${Chip} label=${token.label} /><span class="muted">${t("{n} min", { n: minutesSince(token.staff.waiting_since) })}</span></li>`)}</ul>` : html`<p class="muted">${t("Nobody")}</p>`}
    <h2>${t("Last actions")}</h2>
    ${state.actions.value.length ? html`<ul>${state.actions.value.map(({ verb, label, at }) => html`<li key=${at}>${words(VERBS.find((one) => one.verb === verb)?.words ?? verb)} <span class="muted">${label ?? ""}</span></li>`)}</ul>` : html`<p class="muted">${t("None yet")}</p>`}
  </aside>`;
}

function Status() {
  const lead = html`
    ${state.counter.value && html`<b class="seat"><${Section} code=${state.counter.value} /></b>`}
    ${state.printer.value && html`<span class="trouble">${t("{device} needs help", { device: state.printer.value.device })}</span>`}`;
  return html`<${Strip} lead=${lead}>
    <button class="button plain small" onClick=${() => (state.help.value = true)}>${t("Keys")} <${Keycap}>?</${Keycap}></button>
    ${state.counter.value && html`<button class="button plain small" onClick=${state.leave}>${t("Other counter")}</button>`}
  </${Strip}>`;
}

function Picker() {
  const counters = [...(floor.value?.counters.values() ?? [])];
  return html`<main class="picker"><h1>${t("Where do you sit?")}</h1><${Refused} />
    ${page.centre.stages.map((stage) => html`<section key=${stage.code}><h2><${Section} code=${stage.code} /> ${named(stage.name)}</h2>
      <div class="seats">${counters.filter((one) => one.stage === stage.code).map((one) => html`<button class="button ${one.state}" onClick=${() => state.sit(one.id)}>
        ${one.id} <small>${words(one.state)}</small></button>`)}</div></section>`)}
  </main>`;
}

function Help() {
  if (!state.help.value) return null;
  const close = () => (state.help.value = false);
  return html`<div class="help" role="dialog" aria-modal="true" aria-labelledby="help"><h2 id="help">${t("Keys")}</h2>
    <dl>${VERBS.map((verb) => html`<dt><${Keycap}>${verb.key}</${Keycap}></dt><dd>${words(verb.words)}</dd>`)}
      <dt><${Keycap}>Enter</${Keycap}></dt><dd>${t("the big button")}</dd></dl>
    <button class="button primary" ref=${(button) => button?.focus()} onClick=${close}>${t("Close")}</button></div>`;
}

function Console() {
  return html`<${Status} />${state.here.value ? html`<main class="desk"><${Line} /><${Centre} /><${Right} /></main>` : html`<${Picker} />`}<${Help} />`;
}

function onKey(event) {
  if (event.ctrlKey || event.altKey || event.metaKey || event.repeat || event.target.matches("input, textarea, select")) return;
  if (event.key === "Escape") {
    state.help.value = false;
    state.dismiss();
  }
  if (event.key === "?") state.help.value = true;
  if (!state.here.value || state.help.value) return;
  if (!live.value) return void (verbOfKey(event.key) && state.refuseOffline());
  const token = state.current.value;
  if (event.key === "Enter" && !event.target.matches("button")) return void press(sensible(state.here.value, token));
  const other = token?.state === "serving" && otherOutcomes(page.outcomes[state.here.value.stage]).find(({ key }) => key === event.key);
  if (other) return void state.act("finish", { outcome: other.name });
  press(verbOfKey(event.key));
}

/** Send a verb; one that cannot work now is sent too, so that the refusal says why. */
function press(verb) {
  if (verb) state.act(verb.verb);
}

effect(() => {
  document.body.dataset.state = state.current.value?.state ?? state.here.value?.state ?? "picker";
});
document.addEventListener("keydown", onKey);
state.begin();
render(html`<${Console} />`, document.getElementById("app"));

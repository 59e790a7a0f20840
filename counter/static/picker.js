// Before the first key: which counter is yours.

import { html } from "/static/vendor/htm-preact.js";
import { seats } from "/static/staff/session.js";
import { counterWord } from "/static/staff/states.js";
import { floor } from "/static/ui/live.js";
import { page } from "/static/ui/page.js";
import { Section } from "/static/ui/parts.js";
import { named, t } from "/static/ui/words.js";
import { Refused } from "./middle.js";
import { sit } from "./seating.js";

/** Whoever opens the console anew may sit somewhere, with somebody before them: where, and the way there. */
function Still() {
  const own = seats.value?.find(({ mine }) => mine);
  if (!own) return null;
  const at = { counter: own.counter, label: own.token ?? "" };
  return html`<div class="over" role="status"><b>${own.token ? t("You still hold {label} at {counter}", at) : t("You still sit at {counter}", at)}</b>
    <button class="button primary" onClick=${() => sit(own.counter)}>${t("Go to {counter}", at)}</button></div>`;
}

export function Picker() {
  const counters = [...(floor.value?.counters.values() ?? [])];
  return html`<main class="picker"><h1>${t("Where do you sit?")}</h1><div class="still"><${Still} /><${Refused} /></div>
    ${page.centre.stages.map((stage) => html`<section key=${stage.code}><h2><${Section} code=${stage.code} /> ${named(stage.name)}</h2>
      <div class="seats">${counters.filter((counter) => counter.stage === stage.code).map(({ id, state }) => html`<button class="button ${state}" onClick=${() => sit(id)}>
        ${id} <small>${counterWord(state)}</small></button>`)}</div></section>`)}
  </main>`;
}

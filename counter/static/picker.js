// Before the first key: which counter is yours.

import { html } from "/static/vendor/htm-preact.js";
import { counterWord } from "/static/staff/states.js";
import { floor } from "/static/ui/live.js";
import { page } from "/static/ui/page.js";
import { Section } from "/static/ui/parts.js";
import { named, t } from "/static/ui/words.js";
import { sit } from "./commands.js";
import { Refused } from "./middle.js";

export function Picker() {
  const counters = [...(floor.value?.counters.values() ?? [])];
  return html`<main class="picker"><h1>${t("Where do you sit?")}</h1><${Refused} />
    ${page.centre.stages.map((stage) => html`<section key=${stage.code}><h2><${Section} code=${stage.code} /> ${named(stage.name)}</h2>
      <div class="seats">${counters.filter((counter) => counter.stage === stage.code).map(({ id, state }) => html`<button class="button ${state}" onClick=${() => sit(id)}>
        ${id} <small>${counterWord(state)}</small></button>`)}</div></section>`)}
  </main>`;
}

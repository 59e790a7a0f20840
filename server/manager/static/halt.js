// Stop the whole floor, and let it go on: set apart, and held for two seconds.

import { html } from "/static/vendor/htm-preact.js";
import { floor, live } from "/static/ui/live.js";
import { t } from "/static/ui/words.js";
import { HoldButton } from "./hold.js";
import { freeze, unfreeze } from "./steering.js";

const STOPS = () => [["fire", t("Fire")], ["power", t("Power cut")], ["evacuation", t("Evacuation")]];

export function Halt() {
  if (floor.value?.frozen) {
    return html`<section class="halt on" aria-labelledby="halt"><b id="halt">${t("Hold 2 s to go on:")}</b>
      <${HoldButton} fire=${unfreeze} disabled=${!live.value}>${t("Go on, everybody in the same place")}</${HoldButton}></section>`;
  }
  return html`<section class="halt" aria-labelledby="halt"><b id="halt">${t("Hold 2 s to stop the floor:")}</b>
    ${STOPS().map(([reason, text]) => html`<${HoldButton} key=${reason} fire=${() => freeze(reason)} disabled=${!live.value}>${text}</${HoldButton}>`)}</section>`;
}

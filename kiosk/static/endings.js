// The dead ends: what the server refused in words of its own, and what nobody knows.

import { html } from "/static/vendor/htm-preact.js";
import { t } from "/static/ui/words.js";
import { take } from "./issue.js";
import { wordsOf } from "./refusals.js";
import { Finish, Question } from "./screens.js";
import { refusal } from "./state.js";

export function RefusedScreen() {
  if (!refusal.value) return null;
  const [icon, text, note] = wordsOf(refusal.value);
  return html`<${Question} icon=${icon} text=${text} note=${note} /><div class="choices"><${Finish} /></div>`;
}

export function SilentScreen() {
  return html`<${Question} text=${t("The token did not come")} note=${t("Try again, or go to the enquiry counter.")} />
    <div class="choices">
      <button class="choice primary" onClick=${take}><span class="names"><b>${t("Try again")}</b></span></button>
      <${Finish} />
    </div>`;
}

export function UnheardScreen() {
  return html`<${Question} text=${t("No connection. Please try again.")} /><div class="choices"><${Finish} /></div>`;
}

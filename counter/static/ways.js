// What a clerk learns of somebody in the line: they have an appointment, or a second token.

import { html } from "/static/vendor/htm-preact.js";
import { allows } from "/static/live/allows.js";
import { t } from "/static/ui/words.js";
import { show } from "./state.js";

/** @param {{ token: import("./state.js").Token }} props */
export function Ways({ token }) {
  if (!allows(token.state, "correct")) return null;
  return html`<p><button class="button plain" type="button" onClick=${() => show("attach", token)}>${t("They have an appointment")}</button></p>
    <p><button class="button plain" type="button" onClick=${() => show("merge", token)}>${t("They have a second token")}</button></p>`;
}

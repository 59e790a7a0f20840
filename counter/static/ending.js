// An outcome that ends somebody's visit is asked about: a digit is pressed in passing.

import { html } from "/static/vendor/htm-preact.js";
import { Panel } from "/static/staff/panel.js";
import { t } from "/static/ui/words.js";
import { Refused } from "./middle.js";
import { asked, confirm } from "./outcome.js";
import { page } from "./page.js";
import { TokenLabel } from "./people.js";
import { words } from "./phrases.js";
import { closePanel, pending } from "./state.js";

/** @param {{ token: import("./state.js").Token }} props */
export function EndingPanel({ token }) {
  const outcome = words(asked.value);
  return html`<${Panel} title=${html`<${TokenLabel} token=${token} /> ${outcome}`} verb=${outcome} busy=${pending.value !== null} send=${() => confirm(token)} close=${closePanel}>
    <p>${t("This ends the visit. Undo is possible for {n} minutes.", { n: page.undo_min })}</p>
    <${Refused} />
  </${Panel}>`;
}

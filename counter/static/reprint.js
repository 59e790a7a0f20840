// Print the slip of a token once more, for a reason that stays on record.

import { html } from "/static/vendor/htm-preact.js";
import { Panel } from "/static/staff/panel.js";
import { t } from "/static/ui/words.js";
import { reprint } from "./commands.js";
import { Choice, field } from "./fields.js";
import { Refused } from "./middle.js";
import { page } from "./page.js";
import { TokenLabel } from "./people.js";
import { closePanel, pending } from "./state.js";

/** @param {{ token: import("./state.js").Token }} props */
export function ReprintPanel({ token }) {
  /** @param {FormData} form */
  const send = (form) => reprint(token, field(form, "reason"), field(form, "printer") || undefined);
  return html`<${Panel} title=${html`<${TokenLabel} token=${token} /> ${t("Print the slip again")}`} verb=${t("Print")} busy=${pending.value !== null} send=${send} close=${closePanel}>
    <div class="fields">
      <label class="field wide"><span>${t("Reason")}</span><input name="reason" maxlength="200" required autocomplete="off" /></label>
      <${Choice} name="printer" label=${t("Printer")} value="" options=${[["", t("Where it was last")], ...Object.entries(page.printers)]} />
    </div>
    <p class="muted">${t("The reason stays on record with your name.")}</p>
    <${Refused} />
  </${Panel}>`;
}

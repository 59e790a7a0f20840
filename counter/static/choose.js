// Call somebody out of order: only with a reason of the centre's list, which stands on the day report.

import { html } from "/static/vendor/htm-preact.js";
import { Panel } from "/static/staff/panel.js";
import { named, t } from "/static/ui/words.js";
import { callOutOfOrder } from "./commands.js";
import { Radio, field } from "./fields.js";
import { Refused } from "./middle.js";
import { page } from "./page.js";
import { Facts, TokenLabel } from "./people.js";
import { closePanel, pending, show } from "./state.js";
import { Ways } from "./ways.js";

/** @param {{ token: import("./state.js").Token }} props */
export function ChoosePanel({ token }) {
  /** @param {FormData} form */
  const send = (form) => callOutOfOrder(token, field(form, "reason"));
  return html`<${Panel} title=${html`<${TokenLabel} token=${token} /> ${t("Call out of order")}`} verb=${t("Call {label}", { label: token.label })} busy=${pending.value !== null} send=${send} close=${closePanel}>
    <${Facts} token=${token} />
    <fieldset class="field"><legend>${t("Why now?")}</legend>
      ${page.out_of_order.map(({ code, name }) => html`<${Radio} name="reason" value=${code}>${named(name)}</${Radio}>`)}</fieldset>
    <p class="muted">${t("The reason stands on the day report.")}</p>
    <p><button class="button plain" type="button" onClick=${() => show("change", token)}>${t("Correct what is known instead")}</button></p>
    <${Ways} token=${token} />
    <${Refused} />
  </${Panel}>`;
}

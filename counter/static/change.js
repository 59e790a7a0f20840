// Correct what is known of a token: the service that was chosen wrong, the people, how to reach them, an emergency.

import { html } from "/static/vendor/htm-preact.js";
import { Panel } from "/static/staff/panel.js";
import { allows } from "/static/live/allows.js";
import { t } from "/static/ui/words.js";
import { cancel, change, missHeld } from "./commands.js";
import { AccessField, LanguageField, NeedField, PartyField, read, ServiceField, Tick } from "./fields.js";
import { Refused } from "./middle.js";
import { page } from "./page.js";
import { Mark, TokenLabel } from "./people.js";
import { closePanel, pending, show } from "./state.js";
import { Ways } from "./ways.js";

/**
 * Return what the form says differently from the token.
 *
 * @param {import("./state.js").Token} token
 * @param {import("./fields.js").Known} form
 * @returns {Partial<import("./fields.js").Known>}
 */
function changes(token, form) {
  /** @type {Record<string, unknown>} */
  const known = { ...token.staff, party: token.party };
  return Object.fromEntries(Object.entries(form).filter(([name, value]) => JSON.stringify(value) !== JSON.stringify(known[name] ?? null)));
}

/** @param {{ token: import("./state.js").Token }} props */
export function ChangePanel({ token }) {
  const { service, need, language, access, emergency } = token.staff;
  /** @param {FormData} form */
  const send = (form) => {
    const { service: wanted, ...known } = changes(token, read(form));
    if (wanted || Object.keys(known).length) change(token, wanted, known);
    else closePanel();
  };
  const away = async () => (await missHeld(token)) && closePanel();
  return html`<${Panel} title=${html`<${TokenLabel} token=${token} /> ${t("What is different?")}`} verb=${t("Correct")} busy=${pending.value !== null} send=${send} close=${closePanel}>
    <p class="muted">${t("The number and the place in line stay.")}</p>
    <div class="fields">
      <${ServiceField} value=${service} /><${NeedField} value=${need} /><${LanguageField} value=${language} /><${PartyField} value=${token.party} />
      <${AccessField} chosen=${access} />
      <div class="wide"><${Tick} name="emergency" on=${emergency}><${Mark} icon="siren" text=${t("Emergency: goes first. It stands on the day report.")} urgent /></${Tick}></div>
    </div>
    ${allows(token.state, "cancel") && html`<p><button class="button plain" type="button" onClick=${() => cancel(token)}>${t("Cancel this token")}</button> <span class="muted">${t("Undo is possible for {n} minutes.", { n: page.undo_min })}</span></p>`}
    ${Object.keys(page.printers).length > 0 && html`<p><button class="button plain" type="button" onClick=${() => show("reprint", token)}>${t("Print the slip again")}</button></p>`}
    <${Ways} token=${token} />
    ${token.state === "held" && html`<p><button class="button" type="button" onClick=${away}>${t("Missed")}</button></p>`}
    <${Refused} />
  </${Panel}>`;
}

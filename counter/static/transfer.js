// Send the token that is here to a stage, or to one counter of it, and back here afterwards if that is wanted.

import { html } from "/static/vendor/htm-preact.js";
import { useSignal } from "/static/vendor/signals.js";
import { Panel } from "/static/staff/panel.js";
import { counterWord } from "/static/staff/states.js";
import { floor } from "/static/ui/live.js";
import { page } from "/static/ui/page.js";
import { Section } from "/static/ui/parts.js";
import { named, t } from "/static/ui/words.js";
import { transfer } from "./commands.js";
import { Radio, Tick } from "./fields.js";
import { Refused } from "./middle.js";
import { Ticket } from "./people.js";
import { closePanel, counter, pending } from "./state.js";

/** Return what the form asks for, as the API takes it. */
function target(form) {
  const [at, reason] = [form.get("counter"), form.get("reason").trim()];
  return { stage: form.get("stage"), ...(at && { counter: at }), returns: form.has("returns"), ...(reason && { reason }) };
}

function Counters({ stage }) {
  const others = [...floor.value.counters.values()].filter((one) => one.stage === stage && one.id !== counter.value);
  return html`<fieldset class="field wide" key=${stage}><legend>${t("Which counter?")}</legend><div class="ticks tight">
    <${Radio} name="counter" value="" on>${t("Any")}</${Radio}>
    ${others.map(({ id, state }) => html`<${Radio} name="counter" value=${id} disabled=${state === "closed"}>
      <span class=${state === "open" ? "" : "muted"}>${id}${state !== "open" && html`<span class="visually-hidden"> ${counterWord(state)}</span>`}</span></${Radio}>`)}</div></fieldset>`;
}

export function TransferPanel({ token }) {
  const stage = useSignal(null);
  return html`<${Panel} title=${html`<${Ticket} token=${token} /> ${t("Transfer")}`} verb=${t("Send on")} busy=${pending.value !== null} send=${(form) => transfer(token, target(form))} close=${closePanel}>
    <div class="fields">
      <fieldset class="field wide"><legend>${t("Where to?")}</legend><div class="ticks">
        ${page.centre.stages.map(({ code, name }) => html`<${Radio} name="stage" value=${code} pick=${() => (stage.value = code)}><${Section} code=${code} /> ${named(name)}</${Radio}>`)}</div></fieldset>
      ${stage.value && html`<${Counters} stage=${stage.value} />`}
      <div class="wide"><${Tick} name="returns">${t("and back here")} <${Section} code=${counter.value} /></${Tick}></div>
      <label class="field wide"><span>${t("Reason, if it helps")}</span><input name="reason" maxlength="200" autocomplete="off" /></label>
    </div>
    <${Refused} />
  </${Panel}>`;
}

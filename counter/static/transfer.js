// Send the token that is here to a stage, or to one counter of it, and back here afterwards if that is wanted.

import { html } from "/static/vendor/htm-preact.js";
import { useSignal } from "/static/vendor/signals.js";
import { Panel } from "/static/staff/panel.js";
import { counterWord } from "/static/staff/states.js";
import { floor } from "/static/ui/live.js";
import { Section } from "/static/ui/parts.js";
import { named, t } from "/static/ui/words.js";
import { transfer } from "./commands.js";
import { Radio, field, Tick } from "./fields.js";
import { Refused } from "./middle.js";
import { page } from "./page.js";
import { TokenLabel } from "./people.js";
import { closePanel, counter, pending } from "./state.js";

/**
 * Return what the form asks for, as the API takes it.
 *
 * @param {FormData} form
 * @returns {Baari.TransferIn}
 */
function target(form) {
  const [stage, at, reason] = ["stage", "counter", "reason"].map((name) => field(form, name) || undefined);
  return { stage, counter: at, returns: form.has("returns"), reason };
}

/** @param {{ stage: string }} props */
function Counters({ stage }) {
  const counters = [...(floor.value?.counters.values() ?? [])];
  const others = counters.filter(({ id, stage: of }) => of === stage && id !== counter.value);
  return html`<fieldset class="field wide" key=${stage}><legend>${t("Which counter?")}</legend><div class="ticks tight">
    <${Radio} name="counter" value="" on>${t("Any")}</${Radio}>
    ${others.map(({ id, state }) => html`<${Radio} name="counter" value=${id} disabled=${state === "closed"}>
      <span class=${state === "open" ? "" : "muted"}>${id}${state !== "open" && html`<span class="visually-hidden"> ${counterWord(state)}</span>`}</span></${Radio}>`)}</div></fieldset>`;
}

/** @param {{ token: import("./state.js").Token }} props */
export function TransferPanel({ token }) {
  const stage = useSignal("");
  /** @param {FormData} form */
  const send = (form) => transfer(token, target(form));
  return html`<${Panel} title=${html`<${TokenLabel} token=${token} /> ${t("Transfer")}`} verb=${t("Send on")} busy=${pending.value !== null} send=${send} close=${closePanel}>
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

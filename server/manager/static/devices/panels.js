// What is asked before a screen is paired, renamed or revoked.

import { html } from "/static/vendor/htm-preact.js";
import { may } from "/static/staff/page.js";
import { Panel } from "/static/staff/panel.js";
import { dayOf, timeOf } from "/static/ui/times.js";
import { t } from "/static/ui/words.js";
import * as hall from "./hall.js";

const close = () => hall.open(null);

function Refused() {
  const refused = hall.refused.value;
  return refused && !refused.code && html`<p class="notice" role="alert">${refused.text}</p>`;
}

/** @param {string} kind */
export function kindWord(kind) {
  return { kiosk: t("Kiosk"), board: t("Board"), counter: t("Counter") }[kind] ?? kind;
}

/** @param {string | null | undefined} at */
export function moment(at) {
  return at ? `${dayOf(at)}, ${timeOf(at)}` : t("never");
}

/** @param {{ paired: Baari.PairedView }} props */
function Facts({ paired }) {
  return html`<dl><dt>${t("Paired since")}</dt><dd>${moment(paired.since)}</dd>
    <dt>${t("Last seen")}</dt><dd>${moment(paired.seen_at)}</dd>
    ${paired.address && html`<dt>${t("Address")}</dt><dd>${paired.address}</dd>`}
    ${paired.browser && html`<dt>${t("Browser")}</dt><dd>${paired.browser}</dd>`}
    ${paired.expires_at && html`<dt>${t("Ends")}</dt><dd>${moment(paired.expires_at)}</dd>`}</dl>`;
}

/** Which screen shows the code, and what it becomes. @param {{ pairing: Baari.PairingView, code: string }} props */
function Accept({ pairing, code }) {
  const screens = hall.screens.value ?? [];
  /** @param {FormData} form */
  const send = (form) => hall.accept(code, String(form.get("screen")));
  const others = screens.filter((each) => each.kind === pairing.kind);
  return html`<${Panel} title=${t("Is it this screen?")} verb=${t("Pair")} busy=${hall.busy.value} send=${send} close=${close}>
    <dl><dt>${t("Page")}</dt><dd>${kindWord(pairing.kind)} ${pairing.id}</dd><dt>${t("Address")}</dt><dd>${pairing.address}</dd>
    <dt>${t("Browser")}</dt><dd>${pairing.browser}</dd></dl>
    <label class="field"><span>${t("It becomes")}</span><select name="screen">${others.map((each) => html`<option value=${hall.nameOf(each)} selected=${each.id === pairing.id}>${each.id}${each.name === each.id ? "" : ` · ${each.name}`}${each.paired ? ` (${t("replaces a screen")})` : ""}</option>`)}</select></label>
    ${pairing.replaces && html`<p class="replaces">${t("{screen} is paired already. That screen is cut off.", { screen: pairing.id })}</p><${Facts} paired=${pairing.replaces} />`}
    <${Refused} /></${Panel}>`;
}

/** @param {{ screen: hall.Screen }} props */
function Rename({ screen }) {
  /** @param {FormData} form */
  const send = (form) => hall.rename(screen, String(form.get("name")));
  return html`<${Panel} title=${t("Rename {screen}", { screen: screen.id })} verb=${t("Keep")} busy=${hall.busy.value} send=${send} close=${close}>
    <label class="field"><span>${t("Name")}</span><input name="name" maxlength="64" value=${screen.name} autocomplete="off" required autofocus /></label><${Refused} /></${Panel}>`;
}

/** @param {{ screen: hall.Screen }} props */
function Revoke({ screen }) {
  return html`<${Panel} title=${t("Revoke {key}?", { key: screen.id })} verb=${t("Revoke")} busy=${hall.busy.value} send=${() => hall.revoke(screen)} close=${close}>
    <p>${t("The screen is cut off at once, and shows a code.")}</p>${screen.paired && html`<${Facts} paired=${screen.paired} />`}<${Refused} /></${Panel}>`;
}

/** @param {{ screen: hall.Screen }} props */
function Details({ screen }) {
  const now = hall.screens.value?.find((each) => hall.nameOf(each) === hall.nameOf(screen)) ?? screen;
  return html`<${Panel} title=${`${kindWord(now.kind)} ${now.id}`} close=${close}>
    ${now.paired ? html`<${Facts} paired=${now.paired} />` : html`<p>${t("No screen is paired as this one.")}</p>`}
    ${now.asking.map((page) => html`<p class="asks">${t("A page at {address} shows a code since {time}.", { address: page.address, time: timeOf(page.asked_at) })}</p>`)}
    <div class="acts">
      ${now.paired && may("identify_device") && html`<button class="button" type="button" onClick=${() => hall.identify(now)}>${t("Show its name")}</button>`}
      ${now.kind !== "counter" && may("rename_device") && html`<button class="button" type="button" onClick=${() => hall.open({ kind: "rename", screen: now })}>${t("Rename")}</button>`}
      ${now.paired && may("revoke_device") && html`<button class="button danger" type="button" onClick=${() => hall.open({ kind: "revoke", screen: now })}>${t("Revoke")}</button>`}
    </div>${hall.done.value && html`<p role="status">${hall.done.value}</p>`}<${Refused} /></${Panel}>`;
}

/** The panel that is open, if any. */
export function Asked() {
  const asked = hall.asked.value;
  switch (asked?.kind) {
    case "accept":
      return html`<${Accept} key="accept" pairing=${asked.pairing} code=${asked.code} />`;
    case "screen":
      return html`<${Details} key="screen" screen=${asked.screen} />`;
    case "rename":
      return html`<${Rename} key="rename" screen=${asked.screen} />`;
    case "revoke":
      return html`<${Revoke} key="revoke" screen=${asked.screen} />`;
    default:
      return null;
  }
}

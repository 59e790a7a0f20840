// What is asked before something is done with a person or a key, and what is told once.

import { html } from "/static/vendor/htm-preact.js";
import { Panel } from "/static/staff/panel.js";
import { keyRoleName, roleName } from "/static/staff/roles.js";
import { ACCOUNT, APPROVALS } from "/static/ui/addresses.js";
import { t } from "/static/ui/words.js";
import * as office from "./office.js";
import { page } from "./page.js";

/** @typedef {Extract<office.Asked, { person: Baari.PersonView }>["person"]} Person */

const DAY_MS = 86_400_000;
const close = () => office.open(null);

function Refused() {
  return office.refused.value && html`<p class="notice" role="alert">${office.refused.value}</p>`;
}

/** @param {{ role?: string | null }} props */
function Roles({ role }) {
  return html`<label class="field"><span>${t("Role")}</span><select name="role">${page.roles.map((each) => html`<option value=${each} selected=${each === role}>${roleName(each)}</option>`)}</select></label>`;
}

/** @param {FormData} form */
const roleIn = (form) => /** @type {Baari.RoleIn["role"]} */ (form.get("role"));

function Add() {
  /** @param {FormData} form */
  const send = (form) => (form.has("elsewhere") ? office.addFromElsewhere : office.add)(String(form.get("user")), roleIn(form));
  return html`<${Panel} title=${t("Add somebody")} verb=${t("Add")} busy=${office.busy.value} send=${send} close=${close}>
    <label class="field"><span>${t("User name")}</span><input name="user" maxlength="64" autocomplete="off" autocapitalize="none" required autofocus /></label>
    <${Roles} /><label class="check"><input type="checkbox" name="elsewhere" /> ${t("Works at another centre already")}</label><${Refused} /></${Panel}>`;
}

/** @param {{ name: string, words: string }} props */
function Bound({ name, words }) {
  return html`<label class="field"><span>${words}</span><input name=${name} maxlength="16" autocomplete="off" spellcheck=${false} /></label>`;
}

function NewKey() {
  /** @param {FormData} form */
  const send = (form) => {
    const [name, device, counter, days] = ["name", "device", "counter", "days"].map((each) => String(form.get(each)).trim());
    const ends = days ? new Date(Date.now() + Number(days) * DAY_MS).toISOString() : null;
    office.createKey({ name, role: /** @type {Baari.KeyIn["role"]} */ (form.get("role")), device: device || null, counter: counter || null, expires_at: ends });
  };
  return html`<${Panel} title=${t("Make a key")} verb=${t("Make")} busy=${office.busy.value} send=${send} close=${close}>
    <label class="field"><span>${t("Name")}</span><input name="name" maxlength="64" autocomplete="off" required autofocus /></label>
    <label class="field"><span>${t("For")}</span><select name="role">${page.key_roles.map((each) => html`<option value=${each}>${keyRoleName(each)}</option>`)}</select></label>
    <${Bound} name="device" words=${t("Only this device")} /><${Bound} name="counter" words=${t("Only this counter")} />
    <label class="field"><span>${t("It ends after days (empty: never)")}</span><input name="days" type="number" min="1" max="3650" /></label><${Refused} /></${Panel}>`;
}

/** What can be done with somebody; others do it, never oneself. @param {{ person: Person }} props */
function Change({ person }) {
  /** @param {FormData} form */
  const send = (form) => office.setRole(person, roleIn(form));
  const kept = person.kept_here;
  const others = html`<${Roles} role=${person.role} />
    <div class="acts">${kept && html`<button class="button" type="button" onClick=${() => office.open({ kind: "password", person })}>${t("New password")}</button>`}
    ${kept && person.state === "locked" && html`<button class="button" type="button" onClick=${() => office.change(person, "unlock")}>${t("Unlock")}</button>`}
    ${kept && person.second_step && html`<button class="button" type="button" onClick=${() => office.open({ kind: "second_step", person })}>${t("End the second step")}</button>`}
    ${person.sessions > 0 && html`<button class="button" type="button" onClick=${() => office.endSessions(person)}>${t("Sign out everywhere")}</button>`}
    ${person.role !== null && html`<button class="button" type="button" onClick=${() => office.open({ kind: "leave", person })}>${t("Works here no more")}</button>`}
    ${kept && (person.state === "disabled"
      ? html`<button class="button" type="button" onClick=${() => office.change(person, "enable")}>${t("Enable")}</button>`
      : html`<button class="button" type="button" onClick=${() => office.open({ kind: "disable", person })}>${t("Disable")}</button>`)}</div>
    ${!kept && html`<p class="muted">${t("Another centre keeps this account.")}</p>`}`;
  const own = html`<p><a href=${ACCOUNT}>${t("Your password and your sessions")}</a></p>`;
  return html`<${Panel} title=${person.user} verb=${person.mine ? undefined : t("Keep")} busy=${office.busy.value} send=${send} close=${close}>${person.mine ? own : others}<${Refused} /></${Panel}>`;
}

/** @param {{ title: string, text: string, verb: string, send: () => void }} props */
function Confirm({ title, text, verb, send }) {
  return html`<${Panel} title=${title} verb=${verb} busy=${office.busy.value} send=${send} close=${close}><p>${text}</p><${Refused} /></${Panel}>`;
}

/** @param {{ whose: string, secret: string }} props */
function Told({ whose, secret }) {
  return html`<${Panel} title=${whose} close=${close}><p>${t("Write it down: it is shown only now.")}</p><p class="secret"><code>${secret}</code></p></${Panel}>`;
}

/** @param {{ approval: Baari.ApprovalView }} props */
function Waits({ approval }) {
  return html`<${Panel} title=${approval.about} close=${close}><p>${t("Somebody else must approve it first. Then do it again.")}</p><p><a href=${APPROVALS}>${t("Approvals")}</a></p></${Panel}>`;
}

/** The panel that is open, if any. */
export function Asked() {
  const asked = office.asked.value;
  switch (asked?.kind) {
    case "add":
      return html`<${Add} />`;
    case "key":
      return html`<${NewKey} />`;
    case "person":
      return html`<${Change} person=${asked.person} />`;
    case "password":
      return html`<${Confirm} title=${t("New password for {user}?", { user: asked.person.user })} text=${t("They are signed out, and choose their own next.")} verb=${t("New password")} send=${() => office.givePassword(asked.person)} />`;
    case "disable":
      return html`<${Confirm} title=${t("Disable {user}?", { user: asked.person.user })} text=${t("They are signed out everywhere at once.")} verb=${t("Disable")} send=${() => office.change(asked.person, "disable")} />`;
    case "leave":
      return html`<${Confirm} title=${t("Does {user} work here no more?", { user: asked.person.user })} text=${t("Their sessions here end at once. Their account stays.")} verb=${t("Works here no more")} send=${() => office.leave(asked.person)} />`;
    case "second_step":
      return html`<${Confirm} title=${t("End the second step of {user}?", { user: asked.person.user })} text=${t("Their password alone lets them in then. They are signed out everywhere.")} verb=${t("End the second step")} send=${() => office.endSecondStep(asked.person)} />`;
    case "revoke":
      return html`<${Confirm} title=${t("Revoke {key}?", { key: asked.key.name })} text=${t("Whoever has it is cut off at once.")} verb=${t("Revoke")} send=${() => office.revoke(asked.key)} />`;
    case "rotate":
      return html`<${Confirm} title=${t("A new key for {key}?", { key: asked.key.name })} text=${t("The old one opens nothing from then on.")} verb=${t("New key")} send=${() => office.rotate(asked.key)} />`;
    case "waits":
      return html`<${Waits} approval=${asked.approval} />`;
    case "told":
      return html`<${Told} whose=${asked.whose} secret=${asked.secret} />`;
    default:
      return null;
  }
}

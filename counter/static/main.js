// The counter console: the line on the left, the token in the middle, who is away and what was done on the right.

import { html } from "/static/vendor/htm-preact.js";
import { effect } from "/static/vendor/signals.js";
import { Strip } from "/static/staff/strip.js";
import { watchEmergency } from "/static/ui/alarm.js";
import { Identity } from "/static/ui/identity.js";
import { Keycap, mount, Section } from "/static/ui/parts.js";
import { Reader } from "/static/ui/reader.js";
import { t } from "/static/ui/words.js";
import { AttachPanel } from "./attach.js";
import { ChangePanel } from "./change.js";
import { ChoosePanel } from "./choose.js";
import { HelpPanel } from "./help.js";
import { IssuePanel } from "./issue.js";
import { EndingPanel } from "./ending.js";
import { isKey, onKey } from "./keyboard.js";
import { Line } from "./line.js";
import { MergePanel } from "./merge.js";
import { Middle } from "./middle.js";
import { Picker } from "./picker.js";
import { known, scanned } from "./scanned.js";
import { page } from "./page.js";
import { leave, sitAgain } from "./seating.js";
import { ReprintPanel } from "./reprint.js";
import { Side } from "./side.js";
import { begin, counter, current, panel, printer, seat, show, stopped } from "./state.js";
import { TransferPanel } from "./transfer.js";

const PANELS = {
  attach: AttachPanel, change: ChangePanel, choose: ChoosePanel, ending: EndingPanel, help: HelpPanel, issue: IssuePanel, merge: MergePanel, reprint: ReprintPanel,
  transfer: TransferPanel,
};

function Status() {
  const lead = html`
    ${counter.value && html`<b class="seat"><${Section} code=${counter.value} /></b>`}
    ${printer.value && html`<span class="trouble">${t("{device} needs help", { device: printer.value.device })}</span>`}`;
  return html`<${Strip} lead=${lead}>
    <button class="button plain small" onClick=${() => show("help")}>${t("Keys")} <${Keycap}>?</${Keycap}></button>
    ${counter.value && !page.seat && html`<button class="button plain small" onClick=${leave}>${t("Other counter")}</button>`}
  </${Strip}>`;
}

function Console() {
  const open = panel.value;
  return html`<${Status} />${seat.value ? html`<main class="console"><${Line} /><${Middle} /><${Side} /></main>` : html`<${Picker} />`}
    ${open && html`<${PANELS[open.name]} key=${`${open.name} ${open.token?.id}`} token=${open.token} />`}<${Identity} />`;
}

effect(() => {
  document.body.dataset.state = current.value?.state ?? seat.value?.state ?? "picker";
  document.body.dataset.stopped = String(stopped.value);
});
// No field takes a scan as it comes: its end would send the form.
const reader = new Reader({ key: onKey, code: scanned, isKey, known, typed: () => false });
document.addEventListener("keydown", (event) => reader.hear(event), true);
begin();
watchEmergency({ wanted: () => 64 });
sitAgain();
mount(html`<${Console} />`, "app");

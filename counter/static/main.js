// The counter console: the line on the left, the token in the middle, who is away and what was done on the right.

import { html } from "/static/vendor/htm-preact.js";
import { effect } from "/static/vendor/signals.js";
import { Strip } from "/static/staff/strip.js";
import { live } from "/static/ui/live.js";
import { Keycap, mount, Section } from "/static/ui/parts.js";
import { t } from "/static/ui/words.js";
import { ChangePanel } from "./change.js";
import { ChoosePanel } from "./choose.js";
import { act, leave, sitAgain } from "./commands.js";
import { HelpPanel } from "./help.js";
import { IssuePanel } from "./issue.js";
import { Line } from "./line.js";
import { Middle, outcomesHere } from "./middle.js";
import { Picker } from "./picker.js";
import { offline } from "./refusals.js";
import { Side, sides } from "./side.js";
import { begin, counter, current, panel, printer, refusal, seat, show, stopped } from "./state.js";
import { TransferPanel } from "./transfer.js";
import { sensible, sideOfKey, verbOfKey } from "./verbs.js";

const PANELS = { change: ChangePanel, choose: ChoosePanel, help: HelpPanel, issue: IssuePanel, transfer: TransferPanel };

function Status() {
  const lead = html`
    ${counter.value && html`<b class="seat"><${Section} code=${counter.value} /></b>`}
    ${printer.value && html`<span class="trouble">${t("{device} needs help", { device: printer.value.device })}</span>`}`;
  return html`<${Strip} lead=${lead}>
    <button class="button plain small" onClick=${() => show("help")}>${t("Keys")} <${Keycap}>?</${Keycap}></button>
    ${counter.value && html`<button class="button plain small" onClick=${leave}>${t("Other counter")}</button>`}
  </${Strip}>`;
}

function Console() {
  const open = panel.value;
  return html`<${Status} />${seat.value ? html`<main class="desk"><${Line} /><${Middle} /><${Side} /></main>` : html`<${Picker} />`}
    ${open && html`<${PANELS[open.name]} key=${`${open.name} ${open.token?.id}`} token=${open.token} />`}`;
}

/** @param {KeyboardEvent} event */
function onKey(event) {
  if (panel.value || event.ctrlKey || event.altKey || event.metaKey || event.repeat) return;
  if (event.key === "Escape") refusal.value = null;
  if (event.key === "?") show("help");
  if (!seat.value || (event.key.length > 1 && event.key !== "Enter")) return;
  const side = sideOfKey(event.key);
  const outcome = outcomesHere().find(({ key }) => key === event.key);
  const big = sensible(seat.value, current.value);
  const verb = event.key !== "Enter" ? verbOfKey(event.key) : /** @type {Element} */ (event.target).matches("button") ? null : big;
  if (!side && !outcome && !verb) return;
  event.preventDefault();
  if (!live.value) refusal.value = offline();
  else if (side) sides[side]();
  else if (outcome && big) act(big, { outcome: outcome.name });
  else if (verb) act(verb);
}

effect(() => {
  document.body.dataset.state = current.value?.state ?? seat.value?.state ?? "picker";
  document.body.dataset.stopped = String(stopped.value);
});
document.addEventListener("keydown", onKey);
begin();
sitAgain();
mount(html`<${Console} />`, "app");

// The counter console: the line on the left, the token in the middle, who is away and what was done on the right.

import { html, render } from "/static/vendor/htm-preact.js";
import { effect } from "/static/vendor/signals.js";
import { live } from "/static/ui/live.js";
import { Keycap, Section } from "/static/ui/parts.js";
import { Strip } from "/static/ui/strip.js";
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
import { begin, counter, current, here, panel, printer, refusal, show, stopped } from "./state.js";
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
  const { name, token } = panel.value ?? {};
  return html`<${Status} />${here.value ? html`<main class="desk"><${Line} /><${Middle} /><${Side} /></main>` : html`<${Picker} />`}
    ${name && html`<${PANELS[name]} key=${`${name} ${token?.id}`} token=${token} />`}`;
}

function onKey(event) {
  if (panel.value || event.ctrlKey || event.altKey || event.metaKey || event.repeat) return;
  if (event.key === "Escape") refusal.value = null;
  if (event.key === "?") show("help");
  if (!here.value || event.key.length > 1 && event.key !== "Enter") return;
  const side = sideOfKey(event.key);
  const outcome = outcomesHere().find(({ key }) => key === event.key);
  const verb = event.key === "Enter" ? !event.target.matches("button") && sensible(here.value, current.value) : verbOfKey(event.key);
  if (!side && !outcome && !verb) return;
  event.preventDefault();
  if (!live.value) refusal.value = offline();
  else if (side) sides[side]();
  else if (outcome) act(sensible(here.value, current.value), { outcome: outcome.name });
  else act(verb);
}

effect(() => {
  document.body.dataset.state = current.value?.state ?? here.value?.state ?? "picker";
  document.body.dataset.stopped = stopped.value;
});
document.addEventListener("keydown", onKey);
begin();
sitAgain();
render(html`<${Console} />`, document.getElementById("app"));

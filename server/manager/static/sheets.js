// The floor as a table, and the list to go through before the first token.

import { html } from "/static/vendor/htm-preact.js";
import { clock, now } from "/static/ui/live.js";
import { Section } from "/static/ui/parts.js";
import { named, t } from "/static/ui/words.js";
import * as f from "./figures.js";
import { page } from "./page.js";

export function Table() {
  return html`<div class="sheet" role="region" tabindex="0" aria-label=${t("The floor by stage")}><table><caption>${t("The floor by stage")}</caption><thead><tr><th>${t("Stage")}</th><th>${t("waiting")}</th><th>${t("called")}</th><th>${t("served")}</th><th>${t("Missed")}</th><th>${t("open")}</th><th>p50</th><th>p90</th></tr></thead>
    <tbody>${f.stages.value.map((stage) => {
      const wait = f.stats.value?.wait[stage.code];
      return html`<tr key=${stage.code}><th scope="row"><${Section} code=${stage.code} /> ${named(stage.name)}</th><td>${stage.waiting.length}</td><td>${stage.called}</td><td>${stage.serving}</td><td>${stage.missed}</td><td>${stage.open}/${stage.counters.length}</td><td>${wait?.p50 ?? "–"}</td><td>${wait?.p90 ?? "–"}</td></tr>`;
    })}</tbody></table></div>`;
}

/** Before the first token of the day the checklist is the page. */
export function Morning() {
  const { kiosk, board, printer, printer_ready: ready } = page.devices;
  const open = f.stages.value.reduce((sum, stage) => sum + stage.open, 0);
  const unserved = f.stages.value.filter((stage) => stage.open === 0).map(({ code }) => code);
  const rows = [
    [open > 0 && !unserved.length, t("Counters"), unserved.length ? t("{n} open; none at {stages}", { n: open, stages: unserved.join(", ") }) : t("{n} open", { n: open })],
    [ready === printer, t("Printers"), t("{ready} of {n} have an address", { ready, n: printer })],
    [kiosk > 0, t("Kiosks"), String(kiosk)],
    [board > 0, t("Boards"), String(board)],
    [!f.clocks.value?.doubted, t("Clock of the centre"), clock(now.value)],
  ];
  return html`<section class="morning"><h2>${t("Before the first token")}</h2><ul>${rows.map(([good, what, state]) => html`<li class=${good ? "good" : "todo"}><i aria-hidden="true">${good ? "✓" : "!"}</i><b>${what}</b><span>${state}</span></li>`)}</ul></section>`;
}

// The stays of today on one ruler of an hour.

import { html } from "/static/vendor/htm-preact.js";
import { t, tn } from "/static/ui/words.js";
import * as f from "./figures.js";
import { page } from "./page.js";

export function Ruler() {
  const stay = f.stats.value?.stay.all;
  const { high_performance_min: fast, promise_min: promise, breach_min: breach } = page.clocks;
  /** @param {number} minutes */
  const place = (minutes) => `${Math.min(100, (minutes / breach) * 100)}%`;
  return html`<section class="ruler" aria-label=${t("Stays today")}>
    <h2>${t("Stays today")} <span class="muted">${tn("{n} person so far", "{n} people so far", stay?.n ?? 0)}</span></h2>
    <div class="track">
      ${[fast, promise, breach].map((tick) => html`<b class="tick" style=${{ left: place(tick) }}>${tick}</b>`)}
      ${stay && html`<i class="span" style=${{ left: place(stay.p50), right: `calc(100% - ${place(stay.p95)})` }}></i>
        ${/** @type {const} */ (["p50", "p90", "p95"]).map((name) => html`<span class="mark ${name} ${stay[name] > promise ? "late" : ""} ${stay[name] > breach * 0.8 ? "flip" : ""}" style=${{ left: place(stay[name]) }}><em>${name}</em>${Math.round(stay[name])}</span>`)}`}
    </div>
  </section>`;
}

// Parts that look the same on every surface.

import { html } from "../vendor/htm-preact.js";

/** The stage that a counter, a run of them or a stage code belongs to: A for A7 and A5–A9, AX for AX1. */
export function section(code) {
  return code.replace(/\d.*$/, "");
}

/** The token chip: a ticket with one notch; a family shares one, with its size beside the number. */
export function Chip({ label, party = 1 }) {
  return html`<span class="chip">${label}${party > 1 && html`<small>×${party}</small>`}</span>`;
}

/** A counter or a stage on its section's colour. */
export function Section({ code }) {
  return html`<span class="section" data-section=${section(code)}>${code}</span>`;
}

/** A key, drawn as it looks on the keyboard. */
export function Keycap({ children }) {
  return html`<kbd class="keycap">${children}</kbd>`;
}

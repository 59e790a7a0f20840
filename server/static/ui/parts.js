// Parts that look the same on every surface.

import { html, render } from "../vendor/htm-preact.js";
import { iconAddress } from "./icons.js";

/** @typedef {import("preact").ComponentChildren} Children */

/**
 * Put content on the page, into the element of an id.
 *
 * @param {import("preact").VNode} content
 * @param {string} id
 */
export function mount(content, id) {
  render(content, /** @type {HTMLElement} */ (document.getElementById(id)));
}

/**
 * The stage that a counter, a run of them or a stage code belongs to: A for A7 and A5–A9, AX for AX1.
 *
 * @param {string} code
 */
export function section(code) {
  return code.replace(/\d.*$/, "");
}

/**
 * The token chip: a ticket with one notch; a family shares one, with its size beside the number.
 *
 * @param {{ label: string, party?: number }} props
 */
export function Chip({ label, party = 1 }) {
  return html`<span class="chip">${label}${party > 1 && html`<small>×${party}</small>`}</span>`;
}

/**
 * A counter or a stage on its section's colour.
 *
 * @param {{ code: string }} props
 */
export function Section({ code }) {
  return html`<span class="section" data-section=${section(code)}>${code}</span>`;
}

/**
 * A key, drawn as it looks on the keyboard.
 *
 * @param {{ children: Children }} props
 */
export function Keycap({ children }) {
  return html`<kbd class="keycap">${children}</kbd>`;
}

/**
 * A pictogram: one of ours, or of the vendored set.
 *
 * @param {{ name: string }} props
 */
export function Icon({ name }) {
  return html`<svg class="icon" viewBox="0 0 24 24" aria-hidden="true"><use href=${iconAddress(name)} /></svg>`;
}

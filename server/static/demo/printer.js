// Shows the newest slip of each simulated printer, and lets a visitor give it a fault.

import { useEffect } from "/static/vendor/hooks.js";
import { html } from "/static/vendor/htm-preact.js";
import { signal } from "/static/vendor/signals.js";
import { fault as faultOf, paper, PRINTERS } from "/static/ui/addresses.js";
import { page as frame } from "/static/ui/page.js";
import { mount } from "/static/ui/parts.js";

const LOOK_MS = 700;
/** @type {Record<string, string>} */
const WORDS = {
  none: "Works",
  near_end: "Paper is near its end",
  paper_out: "Paper is out",
  cover_open: "Cover is open",
  off: "Switched off",
  mute: "Prints, but never answers",
  reset_mid_job: "Loses power in the middle of a slip",
};
const page = /** @type {Baari.PaperPage} */ (/** @type {unknown} */ (frame));
const state = signal(/** @type {Record<string, { count: number, fault: string }>} */ ({}));

async function look() {
  try {
    state.value = await (await fetch(PRINTERS)).json();
  } catch {
    // the server is away; the next look may find it
  }
}

/**
 * @param {string} device
 * @param {string} fault
 */
async function setFault(device, fault) {
  const body = JSON.stringify({ fault });
  await fetch(faultOf(device), { method: "POST", body, headers: { "Content-Type": "application/json" } });
  await look();
}

/** @param {{ device: string }} props */
function Printer({ device }) {
  const { count, fault } = state.value[device] ?? { count: 0, fault: "none" };
  /** @param {Event & { currentTarget: HTMLSelectElement }} event */
  const choose = (event) => setFault(device, event.currentTarget.value);
  return html`<section class="printer" data-device=${device} data-count=${count}>
    <h2>${device} <span class="muted">${count} ${count === 1 ? "slip" : "slips"}</span></h2>
    <div class="slot"></div>
    <div class="tray">
      ${count
        ? html`<img key=${count} alt=${`Slip ${count} of ${device}`} src=${paper(device, count)} />`
        : html`<p class="muted">No slip yet.</p>`}
    </div>
    <label>State
      <select value=${fault} onChange=${choose}>
        ${page.faults.map((code) => html`<option value=${code} selected=${code === fault}>${WORDS[code]}</option>`)}
      </select>
    </label>
  </section>`;
}

function Printers() {
  useEffect(() => {
    look();
    const timer = setInterval(look, LOOK_MS);
    return () => clearInterval(timer);
  }, []);
  return html`${page.printers.map((device) => html`<${Printer} device=${device} />`)}`;
}

mount(html`<${Printers} />`, "printers");

// Shows the newest slip of each simulated printer, and lets a visitor give it a fault.

import { useEffect } from "/static/vendor/hooks.js";
import { html, render } from "/static/vendor/htm-preact.js";
import { signal } from "/static/vendor/signals.js";
import { page } from "/static/ui/page.js";

const LOOK_MS = 700;
const WORDS = {
  none: "Works",
  near_end: "Paper is near its end",
  paper_out: "Paper is out",
  cover_open: "Cover is open",
  off: "Switched off",
  mute: "Prints, but never answers",
  reset_mid_job: "Loses power in the middle of a slip",
};
const state = signal({});

async function look() {
  try {
    state.value = await (await fetch("/demo/printer/state")).json();
  } catch {
    // the server is away; the next look may find it
  }
}

async function setFault(device, fault) {
  const body = JSON.stringify({ fault });
  await fetch(`/demo/printer/${device}/fault`, { method: "POST", body, headers: { "Content-Type": "application/json" } });
  await look();
}

function Printer({ device }) {
  const { count = 0, fault = "none" } = state.value[device] ?? {};
  return html`<section class="printer" data-device=${device} data-count=${count}>
    <h2>${device} <span class="muted">${count} ${count === 1 ? "slip" : "slips"}</span></h2>
    <div class="slot"></div>
    <div class="tray">
      ${count
        ? html`<img key=${count} alt=${`Slip ${count} of ${device}`} src=${`/demo/printer/${device}/paper.png?n=${count}`} />`
        : html`<p class="muted">No slip yet.</p>`}
    </div>
    <label>State
      <select value=${fault} onChange=${(event) => setFault(device, event.target.value)}>
        ${page.faults.map((one) => html`<option value=${one} selected=${one === fault}>${WORDS[one]}</option>`)}
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

render(html`<${Printers} />`, document.getElementById("printers"));

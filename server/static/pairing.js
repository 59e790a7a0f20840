// A screen that is not paired shows a code, until somebody has accepted it; then it becomes the screen that it is now.

import { PAIR_ASK, PAIR_COLLECT } from "./ui/addresses.js";
import { page as frame } from "./ui/page.js";

const LOOK_MS = 1500;
const AGAIN_MS = 6000;
const DEADLINE_MS = 5000;
/** A code that ends no sooner than so was not let go for its age. */
const OWN_MS = 15_000;

const page = /** @type {Baari.PairingPage} */ (/** @type {unknown} */ (frame));
const code = /** @type {HTMLElement} */ (document.getElementById("code"));
/** When the code that is shown is too old, by this page's own watch. */
let endsAt = 0;

/** @param {"asking" | "full" | "unknown" | "taken" | "silent"} state */
function show(state) {
  document.body.dataset.state = state;
}

/** @param {string} signs */
function showCode(signs) {
  if (code.textContent !== signs) {
    code.replaceChildren(
      ...[...signs].map((sign) => {
        const box = document.createElement("span");
        box.textContent = sign;
        return box;
      }),
    );
  }
  show("asking");
}

/**
 * Send which page this is; null when there is no answer.
 *
 * @param {string} address
 * @returns {Promise<Baari.PairingAnswer & Partial<Baari.Problem> | null>}
 */
async function send(address) {
  try {
    const answer = await fetch(address, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(page),
      cache: "no-store",
      signal: AbortSignal.timeout(DEADLINE_MS),
    });
    return await answer.json();
  } catch {
    return null;
  }
}

async function ask() {
  const answer = await send(PAIR_ASK);
  if (answer?.state === "asking") {
    endsAt = performance.now() + (answer.left_s ?? 0) * 1000;
    showCode(answer.code ?? "");
    setTimeout(look, LOOK_MS);
    return;
  }
  show(answer === null ? "silent" : answer.status === 409 ? "full" : "unknown");
  setTimeout(ask, AGAIN_MS);
}

async function look() {
  const answer = await send(PAIR_COLLECT);
  if (answer?.state === "paired") location.replace(answer.page ?? "/");
  else if (answer?.state === "lapsed") lapse();
  else {
    if (answer === null) show("silent");
    else if (answer.state === "asking") showCode(answer.code ?? "");
    setTimeout(look, LOOK_MS);
  }
}

/** A code that was too old is asked for anew; one that gave way to another page waits for a person. */
function lapse() {
  if (performance.now() > endsAt - OWN_MS) ask();
  else show("taken");
}

document.getElementById("again")?.addEventListener("click", ask);
ask();

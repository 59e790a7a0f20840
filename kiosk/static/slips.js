// A slip that is shown again: whoever was missed or away is in line at their fair place, the others see where they are.

import { html } from "/static/vendor/htm-preact.js";
import { canReturn } from "/static/live/allows.js";
import { rebuildBySlip, returnBySlip } from "/static/ui/addresses.js";
import { status } from "/static/ui/slip_addresses.js";
import { together } from "/static/ui/counters.js";
import { command, Failure, read } from "/static/ui/http.js";
import { Chip, Icon, Section } from "/static/ui/parts.js";
import { dayOf } from "/static/ui/times.js";
import { named, speak, t } from "/static/ui/words.js";
import { page } from "./page.js";
import { hasWords } from "./refusals.js";
import { PaperWays, Question, Waits } from "./screens.js";
import { order, refusal, shown, step } from "./state.js";

/**
 * Look at a slip, let its owner come back if they were away, and say so in the language of their token. `others` are
 * further ways in which its secret may read.
 *
 * @param {string} secret
 * @param {string[]} others
 */
export async function showSlip(secret, ...others) {
  step.value = "looking";
  try {
    const before = await read(status(secret));
    if (!order.value.language) speak(before.language);
    const returned = canReturn(before.state);
    if (returned) await command(returnBySlip(), { slip: secret });
    shown.value = { ...(returned ? await read(status(secret)) : before), secret, returned };
    step.value = "shown";
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    if (error.code === "unknown_token" && others.length) return showSlip(others[0], ...others.slice(1));
    refusal.value = error.details;
    step.value = hasWords(error.code) ? "refused" : "unheard";
  }
}

/**
 * Look at a slip that was scanned; one that a restore has lost takes its place back by what it claims.
 *
 * @param {string[]} secrets how its secret may read
 * @param {string} claim the secret with what the slip claims, empty for none
 */
export async function showScanned([secret, ...others], claim) {
  await showSlip(secret, ...others);
  if (step.value !== "refused" || refusal.value?.code !== "unknown_token" || !claim) return;
  step.value = "looking";
  try {
    await command(rebuildBySlip(), { slip: claim });
    await showSlip(claim.split(".")[0]);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    if (error.code === "number_given_again") refusal.value = error.details;
    step.value = "refused";
  }
}

export function LookingScreen() {
  return html`<${Question} text=${t("One moment…")} />`;
}

export function SlipScreen() {
  const token = shown.value;
  if (!token) return null;
  const waits = token.state === "waiting" && !token.frozen && !token.resumes_at;
  const stage = page.centre.stages.find(({ code }) => code === token.stage);
  return html`<header class="question result">
      <p class="centre">${t("Your token")}</p>
      <h1 tabindex="-1" class="number"><${Chip} label=${token.label} party=${token.party} /></h1>
      <p class="ahead" role="status">${truth(token)}</p>
      ${waits && html`<${Waits} ahead=${token.ahead} stage=${token.stage} told=${token} />`}
    </header>
    <div class="choices outcome">
      ${waits && stage && html`<p class="zone"><${Icon} name="arrow-right" /><${Section} code=${stage.code} /> <span>${named(stage.name)}</span></p>`}
      ${token.return_until && html`<p class="zone">${t("Your return slip is good until {date}.", { date: dayOf(token.return_until) })}</p>`}
      <${PaperWays} secret=${isGood(token) ? token.secret : null} />
    </div>`;
}

/** Whether a slip is still good for something, so that it can be printed. @param {import("./state.js").Shown} token */
function isGood({ ended, withdrawn, return_until: until }) {
  return !withdrawn && (!ended || until !== null);
}

/** @param {import("./state.js").Shown} token */
function truth({ label, state, counter, beside, ended, frozen, resumes_at, returned, withdrawn }) {
  if (withdrawn) return t("{label} was withdrawn. Please give the slip to staff.", { label });
  if (ended) return t("{label} has ended", { label });
  if (resumes_at) return t("The centre is closed now; your place is kept.");
  if (frozen) return t("The centre has stopped; your place is kept.");
  if (returned) return t("{label} is back in line", { label });
  if (state === "waiting" || counter === null) return t("{label} is in line", { label });
  const at = { label, counter: together(counter, beside).join(" ") };
  return state === "called" ? t("{label}: go to {counter} now", at) : t("Please stay near {counter}.", at);
}

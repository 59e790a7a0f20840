// A slip that is shown again: whoever was missed or away is in line at their fair place, the others see where they are.

import { html } from "/static/vendor/htm-preact.js";
import { together } from "/static/ui/counters.js";
import { command, NoAnswer, read, Refusal } from "/static/ui/http.js";
import { page } from "/static/ui/page.js";
import { Chip, Section } from "/static/ui/parts.js";
import { dayOf } from "/static/ui/times.js";
import { named, speak, t } from "/static/ui/words.js";
import { isTold } from "./refusals.js";
import { Finish, Icon, Question, waitWords } from "./screens.js";
import { order, refusal, shown, step } from "./state.js";

const AWAY = ["missed", "paused"];

/** Look at a slip, put its owner back in line if they were away, and say so in the language of their token. */
export async function showSlip(secret) {
  const own = `/api/v1/status/${secret}`;
  step.value = "looking";
  try {
    const before = await read(own);
    if (!order.value.language) speak(before.language);
    const away = AWAY.includes(before.state);
    if (away) await command(`/api/v1/centres/${page.centre.code}/here`, { slip: secret });
    shown.value = { ...(away ? await read(own) : before), back: away };
    step.value = "shown";
  } catch (error) {
    if (!(error instanceof Refusal || error instanceof NoAnswer)) throw error;
    refusal.value = error.details ?? null;
    step.value = isTold(error.code) ? "refused" : "unheard";
  }
}

export function LookingScreen() {
  return html`<${Question} text=${t("One moment…")} />`;
}

export function SlipScreen() {
  const token = shown.value;
  const waits = token.state === "waiting" && !token.frozen;
  const stage = page.centre.stages.find((one) => one.code === token.stage);
  return html`<header class="question result">
      <p class="centre">${t("Your token")}</p>
      <h1 tabindex="-1" class="number"><${Chip} label=${token.label} party=${token.party} /></h1>
      <p class="ahead" role="status">${truth(token)}</p>
      ${waits && html`<p class="note">${waitWords(token)}</p>`}
    </header>
    <div class="choices outcome">
      ${waits && stage && html`<p class="zone"><${Icon} name="arrow-right" /><${Section} code=${stage.code} /> <span>${named(stage.name)}</span></p>`}
      ${token.return_until && html`<p class="zone">${t("Your return slip is good until {date}.", { date: dayOf(token.return_until) })}</p>`}
      <${Finish} />
    </div>`;
}

function truth({ label, state, counter, beside, ended, frozen, back }) {
  if (ended) return t("{label} has ended", { label });
  if (frozen) return t("The centre has stopped; your place is kept.");
  if (back) return t("{label} is back in line", { label });
  if (state === "waiting") return t("{label} is in line", { label });
  const at = { label, counter: together(counter, beside).join(" ") };
  return state === "called" ? t("{label}: go to {counter} now", at) : t("Please stay near {counter}.", at);
}

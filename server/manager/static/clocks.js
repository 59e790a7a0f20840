// Two clocks that disagree: a person says which is right, and the floor goes on meanwhile.

import { html } from "/static/vendor/htm-preact.js";
import { live } from "/static/ui/live.js";
import { dayOf, timeOf } from "/static/ui/times.js";
import { t } from "/static/ui/words.js";
import { clocks } from "./figures.js";
import { HoldButton } from "./hold.js";
import { chooseClock } from "./steering.js";

/** @type {() => Record<string, string>} */
const WHY = () => ({
  step: t("The server's clock was set."),
  behind: t("The server started with an earlier time."),
  late: t("The server started late, and its time is not certain."),
});

/** @param {string} text */
const moment = (text) => `${dayOf(text)}, ${timeOf(text)}`;

export function Clocks() {
  const told = clocks.value;
  if (!told?.doubted || told.why === null) return null;
  return html`<section class="clocks on" aria-labelledby="clocks"><h2 id="clocks">${t("Two clocks disagree. Which one is right?")}</h2>
    <p>${WHY()[told.why]} ${t("The floor goes on; nobody loses a place.")} ${t("Hold 2 s on the right time:")}</p>
    <${HoldButton} fire=${() => chooseClock("floor")} disabled=${!live.value}>${t("The floor's: {moment}", { moment: moment(told.shown) })}</${HoldButton}>
    <${HoldButton} fire=${() => chooseClock("wall")} disabled=${!live.value}>${t("The server's: {moment}", { moment: moment(told.wall) })}</${HoldButton}></section>`;
}

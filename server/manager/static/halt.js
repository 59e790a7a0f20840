// Emergency, outage and pause: set apart, chosen by their cause, and held for two seconds.

import { Panel } from "/static/staff/panel.js";
import { stop } from "/static/staff/stopped.js";
import { live } from "/static/ui/live.js";
import { causeName, flagWords, kindName } from "/static/ui/notice.js";
import { page } from "/static/ui/page.js";
import { named, t } from "/static/ui/words.js";
import { html } from "/static/vendor/htm-preact.js";
import { signal } from "/static/vendor/signals.js";
import { HoldButton } from "./hold.js";
import { end, tell } from "./steering.js";

/** @typedef {Baari.NoticeKind} Kind */

/** @type {Kind[]} */
const KINDS = ["emergency", "outage", "pause"];
/** What happens then. @returns {Record<Kind, string>} */
const EFFECTS = () => ({
  emergency: t("Every screen says at once what to do. Nobody is called."),
  outage: t("Every screen says so. Calls go on."),
  pause: t("Nobody is called or missed. Kiosks give tokens on."),
});

/** The kind for which a cause is being chosen. */
const choosing = signal(/** @type {Kind | null} */ (null));

/** @param {{ flag: Baari.Notice }} props */
export function Ending({ flag }) {
  const { kind } = flag;
  const words = kind === "emergency" ? t("The emergency is over") : kind === "outage" ? t("The outage is over") : t("Go on, everybody in the same place");
  return html`<div class="flag"><b>${flagWords(flag)}</b>
    ${kind === "emergency" && html`<span>${t("Hold 2 s:")}</span>`}
    <${HoldButton} fire=${() => end(kind)} disabled=${!live.value}>${words}</${HoldButton}></div>`;
}

/** What every screen will say, behind the name of an emergency. @param {string} cause */
function verbs(cause) {
  const { verb } = page.causes[cause];
  return choosing.value === "emergency" && verb ? html`: <span>${named(verb)}</span>` : "";
}

/** The causes of a kind; each is held, so that nothing big happens by a slip of the hand. */
function Causes() {
  const kind = choosing.value;
  if (!kind) return null;
  const close = () => {
    choosing.value = null;
  };
  /** @param {string} cause */
  const fire = (cause) => {
    close();
    tell(kind, cause);
  };
  const causes = Object.entries(page.causes).filter(([, { kinds }]) => kinds.includes(kind));
  return html`<${Panel} title=${kindName(kind)} close=${close}>
    <p>${EFFECTS()[kind]}</p><p><b>${t("Hold 2 s:")}</b></p>
    <div class="causes">${causes.map(([cause]) => html`<${HoldButton} key=${cause} fire=${() => fire(cause)} disabled=${!live.value}>${causeName({ cause })}${verbs(cause)}</${HoldButton}>`)}</div>
  </${Panel}>`;
}

export function Halt() {
  const { flags } = stop.value;
  /** @param {Kind} kind */
  const open = (kind) => {
    choosing.value = kind;
  };
  const below = flags.filter(({ kind }) => kind !== "emergency"); // whose end is said over the whole page
  const free = KINDS.filter((kind) => !flags.some((flag) => flag.kind === kind));
  return html`<section class=${`halt ${flags.length ? "on" : ""}`} aria-label=${t("Emergency, outage, pause")}>
    ${below.length > 0 && html`<b>${t("Hold 2 s to go on:")}</b>`}
    ${below.map((flag) => html`<${Ending} key=${flag.kind} flag=${flag} />`)}
    ${free.map((kind) => html`<button key=${kind} class=${`button ${kind === "emergency" ? "grave" : ""}`} type="button" disabled=${!live.value} onClick=${() => open(kind)}>${kindName(kind)}…</button>`)}
    <${Causes} /></section>`;
}

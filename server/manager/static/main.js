// The manager's page: one sentence, the floor as a river, the ruler of today's stays, and the levers.

import { html, render } from "/static/vendor/htm-preact.js";
import { effect } from "/static/vendor/signals.js";
import { flagWords } from "/static/ui/notice.js";
import { stop } from "/static/staff/stopped.js";
import { Strip } from "/static/staff/strip.js";
import { Ways } from "/static/staff/ways.js";
import { MANAGER } from "/static/ui/addresses.js";
import { clock, floor, live, pictured } from "/static/ui/live.js";
import { watchEmergency } from "/static/ui/alarm.js";
import { Keycap, mount } from "/static/ui/parts.js";
import { nameOf } from "/static/ui/strokes.js";
import { named, t, tn } from "/static/ui/words.js";
import { Clocks } from "./clocks.js";
import { CloseDay, EndOfDay } from "./day.js";
import { answer, Explanation } from "./explain.js";
import * as f from "./figures.js";
import { Ending, Halt } from "./halt.js";
import { Levers } from "./levers.js";
import { page } from "./page.js";
import { Rail } from "./rail.js";
import { River } from "./river.js";
import { Ruler } from "./ruler.js";
import { Morning, Table } from "./sheets.js";
import { notice, pull, takeBack, undo } from "./steering.js";

/** Where the end of an emergency is said, over the whole page. */
const ending = document.createElement("div");

/** Who may still be inside, and how the emergency ends. */
function Over() {
  const flag = floor.value?.notice;
  if (flag?.kind !== "emergency") return null;
  return html`<p>${t("Inside, by stage: {people}", { people: f.inside.value })}</p><${Ending} flag=${flag} />`;
}

/** @param {Baari.Sentence} sentence */
function words({ kind, params }) {
  if (floor.value?.frozen) return stopped(stop.value);
  if (f.day.value?.reopens) return t("The day is closed.");
  if (kind === "empty") return t("Nobody is in the centre.");
  if (kind === "on_time") return onTime(/** @type {Baari.OnTime} */ (params));
  if (kind === "stranded") return stranded(/** @type {Baari.NoCounter} */ (params));
  const { people, stage, minutes, by } = /** @type {Baari.Late} */ (params);
  return tn(
    "Stage {stage} passes {minutes} min for {n} person by {by}",
    "Stage {stage} passes {minutes} min for {n} people by {by}",
    people,
    { stage, minutes, by: clock(Date.parse(by)) },
  );
}

/** Since when the floor stands, and why. @param {Baari.NoticeView} stop */
function stopped({ flags }) {
  const flag = flags.find(({ kind }) => kind !== "outage");
  if (!flag) return t("The floor is stopped.");
  return flagWords(flag);
}

/** @param {Baari.OnTime} params */
function onTime({ beyond, minutes }) {
  if (!beyond) return t("Everything is on time.");
  return tn("No line holds people up. {n} person passes {minutes} min.", "No line holds people up. {n} people pass {minutes} min.", beyond, { minutes });
}

/** @param {Baari.NoCounter} params */
function stranded({ stage, people }) {
  return tn("{n} person waits at {stage}; no counter for them is open", "{n} people wait at {stage}; no counter for them is open", people, { stage });
}

function Offer() {
  const offer = f.outlook.value?.offer;
  if (!offer || floor.value?.frozen) return null;
  return html`<button class="button offer" disabled=${!live.value} onClick=${() => pull("open", [offer.counter])}>
    ${t("Open {counter}: {before} → {after} min", { counter: offer.counter, before: offer.before_min, after: offer.after_min })}</button>`;
}

/** @param {import("./steering.js").Back} back */
function undoWords(back) {
  if (back.verb === "move") return t("Undo: move {label} back to {counter}", { label: back.label, counter: back.to });
  return t("Undo: {verb} {counters}", { verb: back.verb === "open" ? t("Open") : t("Close"), counters: back.counters.join(", ") });
}

function Top() {
  return html`<${Strip} lead=${html`<b>${named(page.centre.name)}</b>`}>
    <${CloseDay} /><${Ways} here=${MANAGER} />
    <button class="button plain small" aria-pressed=${f.table.value} onClick=${() => (f.table.value = !f.table.value)}>${t("Table")} <${Keycap}>T</${Keycap}></button>
  </${Strip}>`;
}

/** Of when the picture is, where it is not of now. */
function Old() {
  const since = live.value ? f.unread.value : floor.value && pictured.value;
  return since && html`<p class="notice" role="status">${t("What you see is of {time}.", { time: clock(since) })}</p>`;
}

function Lead() {
  return html`<div class="lead ${floor.value?.frozen ? "halted" : ""}"><h1 aria-live="polite">${f.outlook.value ? words(f.outlook.value.sentence) : "…"}</h1><${Offer} />
    <${Old} />
    ${undo.value && html`<button class="button" onClick=${takeBack}>${undoWords(undo.value)}</button>`}
    ${notice.value && html`<p class="notice" role="alert">${notice.value}</p>`}</div>`;
}

/** Bookings whose letters are found only as they were written once: how many, and what to do. */
function OldBookings() {
  const n = page.to_import_again;
  return n > 0 && html`<section class="still" aria-labelledby="old-bookings"><h2 id="old-bookings">${tn("{n} booking: import again", "{n} bookings: import again", n)}</h2>
    <p>${t("They are found only as their letters were written once.")}</p></section>`;
}

/** That passwords may be read on the way, because a setting allows it. */
function PlainHttp() {
  return page.plain_http && html`<section class="still" aria-labelledby="plain-http"><h2 id="plain-http">${t("Passwords cross the network unencrypted")}</h2>
    <p>${t("The setting BAARI_PLAIN_HTTP allows it. Ask the technician for HTTPS.")}</p></section>`;
}

/** That there is no fresh backup, and why. */
function NoBackup() {
  const why = /** @type {Record<string, string>} */ ({
    failed: t("The last one failed. Ask the technician."),
    not_copied: t("If the server were lost now, it would be lost with it. Ask the technician."),
    stale: t("The last one is too old. Ask the technician."),
    no_folder: t("Their folder cannot be read. Ask the technician."),
  })[page.backups_wrong ?? ""];
  return why && html`<section class="still" aria-labelledby="no-backup"><h2 id="no-backup">${page.backups_wrong === "not_copied" ? t("The last backup is not in the store") : t("There is no fresh backup")}</h2>
    <p>${why}</p></section>`;
}

/** That what is done stands on this machine alone. */
function NoTail() {
  return page.tail_wrong && html`<section class="still" aria-labelledby="no-tail"><h2 id="no-tail">${t("What is done is not copied to the second folder")}</h2>
    <p>${t("If the server were lost now, it would be lost with it. Ask the technician.")}</p></section>`;
}

function Manager() {
  const morning = f.stats.value?.issued === 0;
  return html`<${Top} /><main class=${live.value || !floor.value ? "" : "stale"}>
    <div class="floor"><${Lead} /><${Clocks} /><${OldBookings} /><${PlainHttp} /><${NoBackup} /><${NoTail} /><${EndOfDay} />${morning && html`<${Morning} />`}${f.table.value ? html`<${Table} />` : html`<${River} />`}<${Levers} />${!morning && html`<${Ruler} />`}<${Halt} /></div><${Rail} /></main><${Explanation} />`;
}

document.addEventListener("keydown", (event) => {
  const typing = /** @type {Element} */ (event.target).matches("input, select, textarea");
  if (answer.value || event.ctrlKey || event.altKey || event.metaKey || typing) return;
  if (nameOf(event) === "T") f.table.value = !f.table.value;
  if (event.key === "Escape") f.chosen.value = null;
});
effect(() => {
  document.body.dataset.sentence = f.outlook.value?.sentence.kind ?? "";
  document.body.dataset.stopped = String(floor.value?.frozen ?? false);
});
f.begin();
watchEmergency({ wanted: () => 64, more: [ending] });
mount(html`<${Manager} />`, "app");
render(html`<${Over} />`, ending);

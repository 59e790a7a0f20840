// What of the trail is asked for, and the pages of it that were read.

import { signal } from "/static/vendor/signals.js";
import { ended, endedBy, unlessEnded } from "/static/staff/session.js";
import * as at from "/static/ui/addresses.js";
import { Failure, NoAnswer, read, Refusal } from "/static/ui/http.js";
import { t } from "/static/ui/words.js";

/** What is asked for, without what is left open. @type {import("@preact/signals").Signal<Record<string, string>>} */
export const wanted = signal({});
/** The page that is shown, null before it is known. @type {import("@preact/signals").Signal<Baari.TrailPage | null>} */
export const shown = signal(null);
/** Whether it is not the latest page. */
export const back = signal(false);
/** What was refused, in words. @type {import("@preact/signals").Signal<string | null>} */
export const refused = signal(null);
/** What is said of the file that was asked for. @type {import("@preact/signals").Signal<string | null>} */
export const told = signal(null);
/** The people whose doings can be asked for. @type {import("@preact/signals").Signal<Baari.PersonView[]>} */
export const people = signal([]);
const ASK_MS = 3000;
/** By then a browser has begun to write the file. */
const SAVED_MS = 60_000;
let latest = 0;

/** Ask for the latest page of what is wanted. @param {Record<string, string>} filter */
export function show(filter) {
  wanted.value = filter;
  return load();
}

/** Ask for the page that goes on where the shown one ends. */
export function older() {
  return load(shown.value?.older ?? undefined);
}

/** @param {string} [before] */
async function load(before) {
  const mine = ++latest;
  refused.value = null;
  try {
    const page = await read(at.trail(before ? { ...wanted.value, before } : wanted.value));
    if (mine !== latest) return;
    shown.value = page;
    back.value = before !== undefined;
  } catch (error) {
    if (mine === latest) fail(error);
  }
}

/** Ask for the latest page; and who there is again and again, so that whose session has ended is told so. */
export function begin() {
  load();
  askPeople();
  setInterval(askPeople, ASK_MS);
}

async function askPeople() {
  await unlessEnded(async () => {
    people.value = (await read(at.people())).people;
  });
}

/** Take what is wanted out as a file, unless a second person has to approve that first. @param {"csv" | "jsonl"} form */
export async function take(form) {
  refused.value = told.value = null;
  try {
    const answer = await fetch(at.trailFile({ ...wanted.value, form }), { cache: "no-store" });
    if (answer.status === 202) told.value = t("Somebody else must approve it first. Then do it again.");
    else if (answer.ok) await save(answer);
    else throw new Refusal(await answer.json());
  } catch (error) {
    fail(error instanceof Failure ? error : new NoAnswer(String(error)));
  }
}

/** @param {Response} answer */
async function save(answer) {
  const href = URL.createObjectURL(await answer.blob());
  const download = answer.headers.get("Content-Disposition")?.match(/filename="(.+)"/)?.[1] ?? "trail";
  Object.assign(document.createElement("a"), { href, download }).click();
  setTimeout(() => URL.revokeObjectURL(href), SAVED_MS);
}

/** @param {unknown} error */
function fail(error) {
  if (!(error instanceof Failure)) throw error;
  ended.value = endedBy(error.details) ?? ended.value;
  if (!ended.value) refused.value = error.code === "no_answer" ? t("No answer. Please try again.") : error.message;
}

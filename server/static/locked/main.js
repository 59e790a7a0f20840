// A console that is locked hears of an emergency all the same: what to do, in every language of the centre.

import { notice } from "/static/ui/addresses.js";
import { linesOf } from "/static/ui/emergency.js";
import { Failure, read } from "/static/ui/http.js";
import { kindName } from "/static/ui/notice.js";

const ASK_MS = 2000;
const place = /** @type {HTMLElement} */ (document.getElementById("emergency"));

async function ask() {
  try {
    show((await read(notice())).notice);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    if (error.code === "unauthenticated") location.assign("/login");
  }
}

/** @param {Baari.Notice | null} now */
function show(now) {
  const told = now?.kind === "emergency" ? [{ lang: document.documentElement.lang, text: kindName(now.kind) }, ...linesOf(now.cause)] : [];
  const text = told.map((line) => line.text).join("\n");
  if (place.dataset.told === text) return;
  place.dataset.told = text;
  place.hidden = !told.length;
  place.replaceChildren(...told.map(({ lang, text }) => Object.assign(document.createElement("p"), { lang, textContent: text })));
}

ask();
setInterval(ask, ASK_MS);

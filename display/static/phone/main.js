// The citizen's own page: asks for the status, shows it, and says so when it cannot ask.

import { OWN_NAMES } from "/static/ui/languages.js";
import { page } from "/static/ui/page.js";
import { showActions } from "./actions.js";
import { make, named, put, say, speak, spoken } from "./page.js";
import { following, passed, truth } from "./words.js";

const CALLED_MS = 2000;
const USUAL_MS = 5000;
const HIDDEN_MS = 20_000;
const LOST_MAX_MS = 20_000;
const DEADLINE_MS = 6000;

const { t } = say;
let status = page.status;
let etag = "";
let failures = 0;
let changes = 0;
let buzzed = "";

function section(code) {
  return code.replace(/\d+$/, "");
}

function stop({ stage, name, state, minutes }) {
  const told = { done: t("{n} min", { n: minutes }), here: t("you are here"), ahead: "" }[state];
  const badge = make("span", { className: "section", text: stage, data: { section: stage } });
  const row = make("li", { className: state }, [badge, make("span", { className: "name", text: named(name) }), make("small", { text: told })]);
  if (state === "here") row.setAttribute("aria-current", "step");
  return row;
}

function languages() {
  return page.centre.languages.map((code) =>
    make("button", {
      className: "button plain", text: OWN_NAMES[code] ?? code, lang: code, data: { name: code }, ariaPressed: String(code === spoken()),
      onclick: () => {
        speak(code);
        show();
      },
    }),
  );
}

function chip() {
  const party = status.party > 1 ? [make("small", { text: `×${status.party}` })] : [];
  return make("span", { className: "chip", text: status.label }, party);
}

function services() {
  const [first, ...then] = status.services.map(named);
  return then.length ? `${first} · ${t("Then: {services}", { services: then.join(", ") })}` : "";
}

function show() {
  const called = status.state === "called" && !status.frozen;
  const at = say.at(status);
  document.body.classList.toggle("called", called);
  document.body.dataset.section = status.counter ? section(status.counter) : "";
  document.body.dataset.state = status.state;
  const told = { label: status.label, party: status.party, truth: truth(status, say), then: following(status, say), passed: passed(status, say) };
  document.getElementById("top").setAttribute("aria-live", called ? "assertive" : "polite");
  const time = failures > 1 ? say.time(status.as_of) : "";
  put("lost", time, () => (time ? [make("p", { className: "lost", text: t("As of {time}. Watch the board.", { time }) })] : []));
  put("top", [told, called, at], () => [
    make("p", { className: "centre", text: named(page.centre.name) }),
    make("p", { className: "number" }, [chip()]),
    make("h1", { text: told.truth }),
    ...(told.then ? [make("p", { className: "wait", text: told.then })] : []),
    ...(called ? [make("p", { className: `arrow ${at.includes(" ") ? "several" : ""}`, text: `→ ${at}`, ariaHidden: "true" })] : []),
    ...(told.passed.length ? [make("p", { className: "passed", text: told.passed.join(" ") })] : []),
  ]);
  put("services", services(), () => [services()]);
  put("journey", status.journey, () => status.journey.map(stop));
  put("languages", "", languages);
  showActions(status, changed);
  if (called) buzz();
}

/** Take over what a command made of the token; an answer that was asked for before it is old. */
function changed(told) {
  changes += 1;
  if (told) [status, etag, failures] = [told, "", 0];
  show();
  scrollTo(0, 0);
  if (!told) ask();
}

/** Once for each call, and once more when it is repeated. */
function buzz() {
  const key = `${status.call}#${status.calls}`;
  if (key === buzzed) return;
  buzzed = key;
  // Before the first touch a browser refuses to buzz, and says so on its console.
  if (navigator.userActivation?.hasBeenActive) navigator.vibrate?.([300, 150, 300, 150, 300]);
}

async function ask() {
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(), DEADLINE_MS);
  const before = changes;
  try {
    const answer = await fetch(`/api/v1/status/${page.secret}`, { headers: etag ? { "If-None-Match": etag } : {}, signal: abort.signal });
    if (answer.status !== 200 && answer.status !== 304) throw new Error(`status ${answer.status}`);
    const told = answer.status === 200 ? await answer.json() : status;
    if (before !== changes) return;
    if (answer.status === 200) [status, etag] = [told, answer.headers.get("ETag") ?? ""];
    failures = 0;
  } catch {
    failures += 1;
  } finally {
    clearTimeout(timer);
  }
  show();
}

function pause() {
  if (failures) return Math.min(USUAL_MS * failures, LOST_MAX_MS);
  if (document.hidden) return HIDDEN_MS;
  return status.state === "called" ? CALLED_MS : USUAL_MS;
}

async function follow() {
  await ask();
  if (!status.ended) setTimeout(follow, pause());
}

document.addEventListener("visibilitychange", () => document.hidden || status.ended || ask());
show();
setTimeout(follow, CALLED_MS);

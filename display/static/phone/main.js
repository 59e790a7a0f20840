// The citizen's own page: asks for the status, shows it, and says so when it cannot ask.

import { Emergency } from "/static/ui/emergency.js";
import { status as statusOf } from "/static/ui/slip_addresses.js";
import { noteAnswer, showActions } from "./actions.js";
import { Follower } from "./follower.js";
import { make, named, page, part, put, say, speak, spoken } from "./page.js";
import { following, passed, truth } from "./words.js";

const BEGIN_MS = 2000;

const { t } = say;
const follower = new Follower(statusOf(page.secret), page.status);
const outside = make("p");
const emergency = new Emergency({ more: [outside], onBegin: () => vibrate() });
let buzzed = "";

/** @param {string} code */
function section(code) {
  return code.replace(/\d+$/, "");
}

/** @param {Baari.StopView} stop */
function stop({ stage, name, state, minutes }) {
  const note = { done: t("{n} min", { n: minutes ?? 0 }), here: t("you are here"), ahead: "" }[state];
  const badge = make("span", { className: "section", text: stage, data: { section: stage } });
  const row = make("li", { className: state }, [badge, make("span", { className: "name", text: named(name) }), make("small", { text: note })]);
  if (state === "here") row.setAttribute("aria-current", "step");
  return row;
}

function languages() {
  return page.centre.languages.map((code) =>
    make("button", {
      className: "button plain", text: page.own_names[code], lang: code, data: { name: code }, ariaPressed: String(code === spoken()),
      onclick: async () => {
        noteAnswer(await speak(code));
        show();
      },
    }),
  );
}

/** @type {(notice: Baari.Notice, frozen: boolean) => string} */
function causeWords({ cause }, frozen) {
  return `${named(page.causes[cause]?.name ?? { en: cause })}. ${frozen ? "" : t("Calls go on.")}`.trim();
}

/** @param {Baari.StatusNow} status */
function chip(status) {
  const party = status.party > 1 ? [make("small", { text: `×${status.party}` })] : [];
  return make("span", { className: "chip", text: status.label }, party);
}

/** @param {Baari.StatusNow} status */
function services(status) {
  const [first, ...then] = status.services.map(named);
  return then.length ? `${first} · ${t("Then: {services}", { services: then.join(", ") })}` : "";
}

/** The name of the stage where somebody is. @param {Baari.StatusNow} status */
function here({ visit }) {
  const stop = visit.stops.find(({ state }) => state === "here");
  return stop ? named(stop.name) : "";
}

function show() {
  const { status } = follower;
  emergency.show(status.notice);
  outside.textContent = t("If you are outside, stay outside.");
  const called = status.state === "called" && !status.frozen && !status.resumes_at;
  const at = say.at(status);
  document.body.classList.toggle("called", called);
  document.body.dataset.section = status.counter ? section(status.counter) : "";
  document.body.dataset.state = status.state;
  const words = { label: status.label, party: status.party, truth: truth(status, say), then: following(status, here(status), say), passed: passed(status, page.called_first, say) };
  part("top").setAttribute("aria-live", called ? "assertive" : "polite");
  const time = follower.lost ? say.time(status.as_of) : "";
  put("lost", [time, status.notice], () => [
    ...(time ? [make("p", { className: "lost", text: t("As of {time}. Watch the board.", { time }) })] : []),
    ...(status.notice && !status.ended ? [make("p", { className: "lost", text: causeWords(status.notice, status.frozen) })] : []),
  ]);
  put("top", [words, called, at], () => [
    make("p", { className: "centre", text: named(page.centre.name) }),
    make("p", { className: "number" }, [chip(status)]),
    make("h1", { text: words.truth }),
    ...(words.then ? [make("p", { className: "wait", text: words.then })] : []),
    ...(called ? [make("p", { className: `arrow ${at.includes(" ") ? "several" : ""}`, text: `→ ${at}`, ariaHidden: "true" })] : []),
    ...(words.passed.length ? [make("p", { className: "passed", text: words.passed.join(" ") })] : []),
  ]);
  put("services", services(status), () => [services(status)]);
  put("journey", status.visit, () => status.visit.stops.map(stop));
  put("languages", "", languages);
  showActions(status, changed);
  if (called) buzz();
}

/**
 * Show what a command made of the token; ask for it when the command does not tell.
 *
 * @param {Baari.StatusNow | null} status
 */
function changed(status) {
  follower.take(status);
  show();
  scrollTo(0, 0);
  if (!status) ask();
}

/** Once for each call, and once more when it is repeated. */
function buzz() {
  const key = `${follower.status.call}#${follower.status.calls}`;
  if (key === buzzed) return;
  buzzed = key;
  vibrate();
}

/** Before the first touch a browser refuses to buzz, and says so on its console. */
function vibrate() {
  if (navigator.userActivation?.hasBeenActive) navigator.vibrate?.([300, 150, 300, 150, 300]);
}

async function ask() {
  await follower.ask();
  show();
}

async function follow() {
  await ask();
  setTimeout(follow, follower.pause(document.hidden));
}

document.addEventListener("visibilitychange", () => {
  if (!document.hidden) ask();
});
show();
setTimeout(follow, BEGIN_MS);

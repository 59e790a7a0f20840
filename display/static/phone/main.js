// The citizen's own page: asks for the status, shows it, and says so when it cannot ask.

import { OWN_NAMES } from "/static/ui/languages.js";
import { page } from "/static/ui/page.js";
import { truth, wait } from "./words.js";

const CALLED_MS = 2000;
const USUAL_MS = 5000;
const HIDDEN_MS = 20_000;
const LOST_MAX_MS = 20_000;
const DEADLINE_MS = 6000;

let language = page.language;
let status = page.status;
let etag = "";
let failures = 0;
let buzzed = "";

/** Like ui/words.js, without the signals: this page has to stay small. */
function t(text, values = {}) {
  return (page.words[language]?.[text] ?? text).replace(/\{(\w+)\}/g, (all, name) => values[name] ?? all);
}

function tn(one, many, n) {
  const forms = page.words[language]?.[one] ?? [one, many];
  return forms[n === 1 ? 0 : 1].replace("{n}", n);
}

function make(tag, { className = "", text = "", ...more } = {}, children = []) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  if (text) element.textContent = text;
  Object.assign(element, more);
  element.append(...children);
  return element;
}

function named(names) {
  return names[language] ?? names.en;
}

function section(code) {
  return code.replace(/\d+$/, "");
}

function stop({ stage, name, state, minutes }) {
  const told = { done: t("{n} min", { n: minutes }), here: t("you are here"), ahead: "" }[state];
  const badge = make("span", { className: "section", text: stage });
  badge.dataset.section = stage;
  const row = make("li", { className: state }, [badge, make("span", { className: "name", text: named(name) }), make("small", { text: told })]);
  if (state === "here") row.setAttribute("aria-current", "step");
  return row;
}

function languages() {
  return page.centre.languages.map((code) =>
    make("button", {
      className: "button plain", text: OWN_NAMES[code] ?? code, lang: code, disabled: code === language,
      onclick: () => {
        language = code;
        document.documentElement.lang = code;
        show();
      },
    }),
  );
}

function show() {
  const called = status.state === "called";
  const time = new Intl.DateTimeFormat("en-GB", { timeZone: page.centre.timezone, hour: "2-digit", minute: "2-digit" }).format(Date.parse(status.as_of));
  document.body.classList.toggle("called", called);
  document.body.dataset.section = status.counter ? section(status.counter) : "";
  document.body.dataset.state = status.state;
  const top = make("div", { className: "top" }, [
    make("p", { className: "centre", text: named(page.centre.name) }),
    make("p", { className: "number" }, [make("span", { className: "chip", text: status.label })]),
    make("h1", { text: truth(status, t, tn) }),
    make("p", { className: "wait", text: wait(status, t) }),
    ...(called ? [make("p", { className: "arrow", text: `→ ${status.counter}`, ariaHidden: "true" })] : []),
  ]);
  top.setAttribute("aria-live", called ? "assertive" : "polite");
  const lost = failures > 1 ? [make("p", { className: "lost", text: t("As of {time}. Watch the board.", { time }) })] : [];
  document.getElementById("status").replaceChildren(
    ...lost,
    top,
    make("ol", { className: "journey" }, status.journey.map(stop)),
    make("nav", { className: "languages", ariaLabel: "Language" }, languages()),
  );
  if (called) buzz();
}

/** Once for each call, and once more when it is repeated. */
function buzz() {
  const key = `${status.call}#${status.calls}`;
  if (key === buzzed) return;
  buzzed = key;
  navigator.vibrate?.([300, 150, 300, 150, 300]);
}

async function ask() {
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(), DEADLINE_MS);
  try {
    const answer = await fetch(`/api/v1/status/${page.secret}`, { headers: etag ? { "If-None-Match": etag } : {}, signal: abort.signal });
    if (answer.status === 200) {
      etag = answer.headers.get("ETag") ?? "";
      status = await answer.json();
    } else if (answer.status !== 304) throw new Error(`status ${answer.status}`);
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

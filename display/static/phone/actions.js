// What a citizen does with one thumb: go out for a while, come back, leave the line.

import { command, NoAnswer, Refusal } from "/static/ui/http.js";
import { page } from "/static/ui/page.js";
import { make, put, say } from "./page.js";
import { possible } from "./words.js";

const { t } = say;
let asking = false;
let busy = false;
let unheard = false;

/** Show the buttons of a state. `done` gets the status after a command, or null when it has to be asked for. */
export function showActions(status, done) {
  const { verbs, leave } = possible(status);
  asking &&= leave;
  const redraw = () => showActions(status, done);
  const run = (verb) => act(verb, redraw, done);
  put("actions", [verbs, asking, busy, unheard], () => [
    ...(unheard ? [make("p", { className: "unheard", role: "alert", text: t("No connection. Please try again.") })] : []),
    ...(asking ? question(run, redraw) : verbs.map((verb) => button(verb, run))),
  ]);
  put("leave", [leave, asking], () => (leave && !asking ? [link(redraw)] : []));
}

function button(verb, run) {
  const text = verb === "here" ? t("I am here") : t("Pause {n} min", { n: page.pause_min });
  return choice(verb, text, verb === "here" ? "primary" : "", () => run(verb));
}

function question(run, redraw) {
  const stay = () => {
    asking = false;
    redraw();
    document.querySelector("[data-name=ask]")?.focus();
  };
  return [
    make("p", { className: "question", role: "alert" }, [make("b", { text: t("Do you want to leave the line?") }), ` ${t("This token then ends.")}`]),
    choice("stay", t("No, stay"), "primary", stay),
    choice("leave", t("Yes, leave"), "", () => run("leave")),
  ];
}

function choice(name, text, look, onclick) {
  return make("button", { className: `button ${look}`, text, data: { name }, disabled: busy, onclick });
}

function link(redraw) {
  const ask = () => {
    asking = true;
    redraw();
    document.querySelector("[data-name=stay]").focus({ preventScroll: true });
  };
  return make("button", { className: "link", text: t("Leave the line"), data: { name: "ask" }, onclick: ask });
}

async function act(verb, redraw, done) {
  busy = true;
  unheard = false;
  redraw();
  try {
    const status = await command(`/api/v1/status/${page.secret}/${verb}`);
    settle(null);
    done(status);
  } catch (error) {
    settle(error);
    done(null);
  }
}

/** A refusal needs no words of its own: the state that is asked for next says it. */
function settle(error) {
  if (error && !(error instanceof Refusal || error instanceof NoAnswer)) throw error;
  busy = false;
  asking = false;
  unheard = error instanceof NoAnswer;
}

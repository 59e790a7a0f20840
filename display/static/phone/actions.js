// What a citizen does with one thumb: go out for a while, come back, leave the line.

import { own } from "/static/ui/slip_addresses.js";
import { command, Failure, NoAnswer } from "/static/ui/http.js";
import { focusOn, make, page, put, say } from "./page.js";

/** @typedef {Baari.StatusNow["can"][number]} Act */

/** @typedef {(status: Baari.StatusNow | null) => void} Done gets the status after a command, null when it has to be asked for */

const { t } = say;
const OWN = own(page.secret);
let asking = false;
let busy = false;
let unheard = false;

/**
 * Show the buttons of a state.
 *
 * @param {Baari.StatusNow} status
 * @param {Done} done
 */
export function showActions(status, done) {
  const acts = status.can.filter((verb) => verb !== "cancel");
  const leaves = status.can.includes("cancel");
  asking &&= leaves;
  const redraw = () => showActions(status, done);
  /** @param {Act} verb */
  const run = (verb) => act(verb, redraw, done);
  put("actions", [acts, asking, busy, unheard], () => [
    ...(unheard ? [make("p", { className: "unheard", role: "alert", text: t("No connection. Please try again.") })] : []),
    ...(asking ? question(run, redraw) : acts.map((verb) => button(verb, run))),
  ]);
  put("leave", [leaves, asking], () => (leaves && !asking ? [link(redraw)] : []));
}

/** Note whether what was asked for arrived: the next buttons say so. @param {boolean} arrived */
export function noteAnswer(arrived) {
  unheard = !arrived;
}

/**
 * @param {Act} verb
 * @param {(verb: Act) => void} run
 */
function button(verb, run) {
  const [text, look] = verb === "return" ? [t("I am here"), "primary"] : [t("Pause {n} min", { n: page.pause_min }), ""];
  return choice(verb, text, look, () => run(verb));
}

/**
 * @param {(verb: Act) => void} run
 * @param {() => void} redraw
 */
function question(run, redraw) {
  const stay = () => {
    asking = false;
    redraw();
    focusOn(document, "ask");
  };
  return [
    make("p", { className: "question", role: "alert" }, [make("b", { text: t("Do you want to leave the line?") }), ` ${t("This token then ends.")}`]),
    choice("stay", t("No, stay"), "primary", stay),
    choice("cancel", t("Yes, leave"), "", () => run("cancel")),
  ];
}

/**
 * @param {string} name
 * @param {string} text
 * @param {string} look
 * @param {() => void} onclick
 */
function choice(name, text, look, onclick) {
  return make("button", { className: `button ${look}`, text, data: { name }, disabled: busy, onclick });
}

/** @param {() => void} redraw */
function link(redraw) {
  const ask = () => {
    asking = true;
    redraw();
    focusOn(document, "stay");
  };
  return make("button", { className: "link", text: t("Leave the line"), data: { name: "ask" }, onclick: ask });
}

/**
 * @param {Act} verb
 * @param {() => void} redraw
 * @param {Done} done
 */
async function act(verb, redraw, done) {
  busy = true;
  unheard = false;
  redraw();
  try {
    const status = await command(OWN[verb], {});
    settle(null);
    done(status);
  } catch (error) {
    settle(error);
    done(null);
  }
}

/**
 * A refusal needs no words of its own: the state that is asked for next says it.
 *
 * @param {unknown} error
 */
function settle(error) {
  if (error && !(error instanceof Failure)) throw error;
  busy = false;
  asking = false;
  unheard = error instanceof NoAnswer;
}

// Somebody is here, or nobody any more: the idle warning by sight and sound, and the reset.

import { signal } from "/static/vendor/signals.js";
import { forgetOrder } from "./issue.js";
import { giveUpSlip, isAwaited } from "./paper.js";
import { muted, reset, step } from "./state.js";

const IDLE_S = 60;
const WARN_S = 15;
const RESULT_S = 25;
const NOBODYS = ["language", "busy", "looking"];
const RESULTS = ["result", "shown"];

/** Seconds left when the end is near, null before. */
export const ending = signal(/** @type {number | null} */ (null));

let touched = performance.now();
let sounded = false;

/** Somebody is here: begin the minute anew. */
export function stay() {
  touched = performance.now();
  ending.value = null;
  sounded = false;
}

/** Forget this citizen now; a slip that has not come yet does not come for the next one. */
export function leave() {
  giveUpSlip();
  forgetOrder();
  reset();
  stay();
}

/** Watch for touches and keys, and end a session that nobody continues. */
export function watchAttention() {
  for (const name of ["pointerdown", "keydown"]) document.addEventListener(name, stay, true);
  step.subscribe(() => stay());
  setInterval(look, 500);
}

function look() {
  if (NOBODYS.includes(step.value)) return;
  const over = RESULTS.includes(step.value);
  const left = (over ? RESULT_S : IDLE_S) - (performance.now() - touched) / 1000;
  if (left <= 0) lapse();
  else if (left <= WARN_S && !over) warn(Math.ceil(left));
}

/** The time is over: whoever still waits for paper is told first that it does not come. */
function lapse() {
  if (!isAwaited()) return leave();
  giveUpSlip();
  stay();
}

/** @param {number} left seconds */
function warn(left) {
  ending.value = left;
  if (!sounded) beep();
  sounded = true;
}

function beep() {
  if (muted.value) return;
  const audio = new AudioContext();
  const tone = audio.createOscillator();
  tone.frequency.value = 660;
  tone.connect(audio.destination);
  tone.start();
  tone.stop(audio.currentTime + 0.25);
  tone.onended = () => audio.close();
}

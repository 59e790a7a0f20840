// The slip of whoever stands here: followed until it is out, printed once more, and withdrawn when nobody waits for it.

import { reprintBySlip, token, withdrawSlip } from "/static/ui/addresses.js";
import { command, Failure, read } from "/static/ui/http.js";
import { t } from "/static/ui/words.js";
import { page } from "./page.js";
import { hasWords } from "./refusals.js";
import { notice, refusal, slip, step } from "./state.js";

const LOOK_MS = 700;
const COMING = ["queued", "printing"];
const LOST = ["unconfirmed", "rejected", "withdrawn"];

/** @typedef {import("./state.js").Slip} Slip */

/** Whether a slip may still come. @param {Slip | null} paper */
export const isComing = (paper) => paper !== null && COMING.includes(paper.state);

/** Whether a slip is out, as far as its printer can tell. @param {Slip | null} paper */
export const isOut = (paper) => paper?.state === "printed" || paper?.state === "sent";

/** Whether a slip did not come, or nobody knows. @param {Slip | null} paper */
export const isLost = (paper) => paper !== null && LOST.includes(paper.state);

/** Whether somebody stands here and waits for paper. */
export const isAwaited = () => isComing(slip.value) && !slip.value?.givenUp;

/**
 * Look at a slip until it is over; the number stands on the screen whatever happens to the paper.
 *
 * @param {Slip} paper
 */
export async function followSlip(paper) {
  slip.value = paper;
  const stands = () => isComing(slip.value) && slip.value?.id === paper.id;
  while (stands()) {
    await new Promise((done) => setTimeout(done, LOOK_MS));
    if (stands()) await tell(paper, () => read(token(paper.id)));
  }
}

/**
 * Print a slip once more, here.
 *
 * @param {string} secret
 */
export async function printAgain(secret) {
  try {
    const { token: owner, print } = await command(reprintBySlip(), { slip: secret, print_at: page.printer });
    followSlip({ id: owner.id, label: owner.label, secret, state: print.state, givenUp: false });
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    refusal.value = error.details;
    if (hasWords(error.code)) step.value = "refused";
    else notice.value = (language) => t("No connection. Please try again.", {}, language);
  }
}

/** Nobody waits for the slip any more: let it not come out for the next citizen. */
export async function giveUpSlip() {
  const paper = slip.value;
  if (!paper || !isAwaited()) return;
  slip.value = { ...paper, givenUp: true };
  await tell(paper, () => command(withdrawSlip(), { slip: paper.secret }));
}

/**
 * Show where a slip is by an answer, unless somebody else stands here by then.
 *
 * @param {Slip} paper
 * @param {() => Promise<{ print: { state: Slip["state"] } }>} ask
 */
async function tell(paper, ask) {
  try {
    const { print } = await ask();
    if (slip.value?.id === paper.id) slip.value = { ...slip.value, state: print.state };
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
  }
}

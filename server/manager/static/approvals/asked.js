// What a second person was asked for, asked every few seconds; and what is said to it.

import { unlessEnded } from "/static/staff/session.js";
import * as at from "/static/ui/addresses.js";
import { command, Failure, read } from "/static/ui/http.js";
import { t } from "/static/ui/words.js";
import { signal } from "/static/vendor/signals.js";

const ASK_MS = 3000;

/** What was asked for, null before it is known. @type {import("@preact/signals").Signal<Baari.ApprovalView[] | null>} */
export const approvals = signal(null);
/** What was refused, in words. @type {import("@preact/signals").Signal<string | null>} */
export const refused = signal(null);
/** Whether an answer is awaited. */
export const busy = signal(false);

/** Ask for everything anew. */
export async function load() {
  await unlessEnded(async () => {
    approvals.value = (await read(at.approvals())).approvals;
  });
}

/** Ask again and again. */
export function begin() {
  load();
  setInterval(load, ASK_MS);
}

/** @type {(approval: Baari.ApprovalView, verb: "approve" | "refuse") => Promise<void>} */
export async function decide({ id }, verb) {
  busy.value = true;
  refused.value = null;
  try {
    await command(at.onApproval(id, verb), {});
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    refused.value = words(error);
  } finally {
    busy.value = false;
    load();
  }
}

/** @param {Failure} failure */
function words({ code, message }) {
  if (code === "own_approval") return t("Somebody else approves what you asked for.");
  if (code === "approval_decided") return t("Somebody was quicker, or it is too late.");
  if (code === "no_answer") return t("No answer. Please try again.");
  return message;
}

// How the service here ends when it is not the usual way: what ends somebody's visit is asked about first.

import { signal } from "/static/vendor/signals.js";
import { act } from "./commands.js";
import { page } from "./page.js";
import { closePanel, current, seat, show } from "./state.js";
import { VERBS } from "./verbs.js";

const FINISH = /** @type {import("./verbs.js").Verb} */ (VERBS.find(({ verb }) => verb === "finish"));

/** The outcome that was asked for. */
export const asked = signal("");

/**
 * Finish the service of the token that is here with an outcome other than the usual one.
 *
 * @param {string} outcome
 */
export function finishAs(outcome) {
  const ending = page.outcomes[seat.value?.stage ?? ""]?.ending ?? [];
  asked.value = outcome;
  if (ending.includes(outcome) && current.value) show("ending", current.value);
  else act(FINISH, { outcome });
}

/**
 * Finish it as was asked: of that token, though another may have come meanwhile.
 *
 * @param {import("./state.js").Token} token
 */
export function confirm({ id, state }) {
  closePanel();
  act(FINISH, { outcome: asked.value, token: id, state });
}

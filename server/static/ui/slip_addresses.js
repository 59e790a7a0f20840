// The addresses that the secret of a slip opens, apart from the others: the citizen's page has to stay small.

import { address } from "./address.js";

/** @param {string} secret of a citizen's slip */
export const status = (secret) => address("/api/v1/status/{secret}", { secret });
/** What citizens can do to their own token. @param {string} secret */
export const own = (secret) => ({
  return: address("/api/v1/status/{secret}/return", { secret }),
  pause: address("/api/v1/status/{secret}/pause", { secret }),
  cancel: address("/api/v1/status/{secret}/cancel", { secret }),
});
/** The words of a citizen's page in another language. @param {string} language */
export const words = (language) => `/display/words/${language}.json`;

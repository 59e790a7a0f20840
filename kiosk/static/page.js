// What a kiosk's page has.

import { looksForeign, matching } from "/static/ui/codes.js";
import { page as frame } from "/static/ui/page.js";

export const page = /** @type {Baari.KioskPage} */ (frame);

/** Whether a text has the form of a reference of this centre. */
export const known = matching(page.references);

/**
 * Whether a text that nobody knows as a reference is not even of their form.
 *
 * @param {string} text
 */
export function isForeign(text) {
  return page.references.length ? !known(text) : looksForeign(text);
}

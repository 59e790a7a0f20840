// What a kiosk's page has.

import { matching } from "/static/ui/codes.js";
import { page as frame } from "/static/ui/page.js";

export const page = /** @type {Baari.KioskPage} */ (frame);

/** Whether a text has the form of a reference of this centre. */
export const known = matching(page.references);

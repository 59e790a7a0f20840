// What the page of personal data has.

import { page as frame } from "/static/ui/page.js";

export const page = /** @type {Baari.PersonalDataPage} */ (frame);

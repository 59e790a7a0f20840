// What the console's page has.

import { page as frame } from "/static/ui/page.js";

export const page = /** @type {Baari.ConsolePage} */ (frame);

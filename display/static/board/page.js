// What a board's page has.

import { page as frame } from "/static/ui/page.js";

export const page = /** @type {Baari.BoardPage} */ (frame);

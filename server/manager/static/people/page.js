// What the page of people and keys has.

import { page as frame } from "/static/ui/page.js";

export const page = /** @type {Baari.PeoplePage} */ (frame);

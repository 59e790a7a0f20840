// What the page of the trail has.

import { page as frame } from "/static/ui/page.js";

export const page = /** @type {Baari.TrailPageData} */ (frame);

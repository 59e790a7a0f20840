// What every page of somebody who is signed in has, and what they may do.

import { ALLOWED } from "../live/lifecycle.js";
import { page as frame } from "../ui/page.js";

export const page = /** @type {Baari.StaffFrame} */ (frame);

/**
 * Whether this person may do something.
 *
 * @param {Baari.Permission} permission
 */
export function may(permission) {
  return ALLOWED[page.role].includes(permission);
}

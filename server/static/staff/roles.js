// What somebody does at a centre, in words, by their role.

import { t } from "../ui/words.js";

/** @param {string | null} role */
export function roleName(role) {
  if (role === null) return t("works elsewhere only");
  const words = {
    counter: t("serves"), lead: t("leads counters"), floor_manager: t("runs the floor"), administrator: t("administers"),
    manager: t("manages"), auditor: t("audits"), headquarters: t("reads figures"),
  };
  return words[/** @type {keyof typeof words} */ (role)] ?? role;
}

/** What a key is for, by its role. @param {string} role */
export function keyRoleName(role) {
  const words = { kiosk: t("Kiosk"), display: t("Board"), counter: t("Counter"), integration: t("Program") };
  return words[/** @type {keyof typeof words} */ (role)] ?? roleName(role);
}

// The ways from one page of the manager to the others, as far as this person may open them.

import { html } from "../vendor/htm-preact.js";
import { APPROVALS, DEVICES, MANAGER, PEOPLE, PERSONAL_DATA, REPORT, TRAIL } from "../ui/addresses.js";
import { t } from "../ui/words.js";
import { may } from "./page.js";

/** @type {{ at: string, by: Baari.Permission, words: () => string }[]} */
const WAYS = [
  { at: DEVICES, by: "read_devices", words: () => t("Devices") },
  { at: PEOPLE, by: "read_people", words: () => t("People") },
  { at: PERSONAL_DATA, by: "read_personal_data", words: () => t("Personal data") },
  { at: APPROVALS, by: "read_approvals", words: () => t("Approvals") },
  { at: TRAIL, by: "read_trail", words: () => t("Trail") },
  { at: REPORT, by: "read_report", words: () => t("Day report") },
  { at: MANAGER, by: "read_outlook", words: () => t("The floor") },
];

/** Links to the pages but for the one that stands `here`. @param {{ here: string }} props */
export function Ways({ here }) {
  return WAYS.filter(({ at, by }) => at !== here && may(by)).map(({ at, words }) => html`<a key=${at} class="button plain small" href=${at}>${words()}</a>`);
}

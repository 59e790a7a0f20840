// The sheet of keys.

import { html } from "/static/vendor/htm-preact.js";
import { Panel } from "/static/staff/panel.js";
import { Keycap } from "/static/ui/parts.js";
import { t } from "/static/ui/words.js";
import { words } from "./phrases.js";
import { closePanel } from "./state.js";
import { SIDE_KEYS, VERBS } from "./verbs.js";

/** @param {{ cap: string, text: string }} props */
const Row = ({ cap, text }) => html`<div><dt><${Keycap}>${cap}</${Keycap}></dt><dd>${text}</dd></div>`;

export function HelpPanel() {
  return html`<${Panel} title=${t("Keys")} close=${closePanel}>
    <dl>${[...VERBS, ...SIDE_KEYS].map(({ key, words: name }) => html`<${Row} cap=${key} text=${words(name)} />`)}
      <${Row} cap="1–9" text=${t("another outcome")} /><${Row} cap="Enter" text=${t("the big button")} />
      <${Row} cap="Esc" text=${t("close, or clear a message")} /><${Row} cap="↑ ↓" text=${t("walk through the line")} /></dl>
  </${Panel}>`;
}

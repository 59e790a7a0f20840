// Which screen this is, in large letters over all that is shown, while somebody looks for it.

import { html } from "../vendor/htm-preact.js";
import { identity } from "./live.js";

export function Identity() {
  return identity.value && html`<div class="identity" role="status"><b>${identity.value}</b></div>`;
}

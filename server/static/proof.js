// A sign-in proves some work: the widget of ALTCHA solves the challenge of a form in workers of this site, when the form is sent.

import "./vendor/altcha/altcha.js";

const WORKER = "/static/vendor/altcha/pbkdf2.js";

const WORDS = { verifying: "Your computer is being checked…" };

/** @type {{algorithms: Map<string, () => Worker>, defaults: {set: (values: object) => void}, i18n: any}} */
const altcha = /** @type {any} */ (globalThis).$altcha;
/** @type {any} */
const types = /** @type {any} */ (globalThis).trustedTypes;
/** The worker's address as a page with Trusted Types takes it. */
const trusted = types ? types.createPolicy("proof", { createScriptURL: () => WORKER }).createScriptURL("") : WORKER;

altcha.algorithms.set("PBKDF2/SHA-256", () => new Worker(trusted));
altcha.i18n.set("en", { ...altcha.i18n.get("en"), ...WORDS });
altcha.defaults.set({ hideFooter: true, hideLogo: true, humanInteractionSignature: false });

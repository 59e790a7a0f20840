// Every address that the screens ask for or lead to, in one place, but for those of a slip. Those of the API stand as
// the contract names them.

import { address } from "./address.js";
import { page } from "./page.js";

/**
 * @template {keyof Baari.Reads | keyof Baari.Commands} Path
 * @typedef {import("./address.js").Address<Path>} Address
 */

/** @typedef {keyof Baari.Commands extends infer Path ? Path extends `/api/v1/centres/{centre}/counters/{counter}/${infer Verb}` ? Verb : never : never} CounterVerb */

/**
 * @template {keyof Baari.Reads | keyof Baari.Commands} Path
 * @param {Path} path
 * @param {Record<string, string>} [values]
 * @param {Record<string, string>} [query]
 */
const inCentre = (path, values, query) => address(path, { centre: page.centre.code, ...values }, query);

export const SOCKET = "/live";
export const REPORT = "/manager/report";

export const snapshot = () => inCentre("/api/v1/centres/{centre}/snapshot");
export const outlook = () => inCentre("/api/v1/centres/{centre}/outlook");
export const stats = () => inCentre("/api/v1/centres/{centre}/stats");
/** What the centre tells everybody: emergency, outage, pause; a command to it sets or lifts one. */
export const notice = () => inCentre("/api/v1/centres/{centre}/notice");
export const floorClock = () => inCentre("/api/v1/centres/{centre}/clock");
/** @param {string} tail the last characters of a reference */
export const appointments = (tail) => inCentre("/api/v1/centres/{centre}/appointments", {}, { tail });
/** @type {(label: string, language: string) => Address<"/api/v1/centres/{centre}/explain/{label}">} */
export const explanation = (label, language) => inCentre("/api/v1/centres/{centre}/explain/{label}", { label }, { language });

/** The business day that is open, else that of the calendar. */
export const today = () => inCentre("/api/v1/centres/{centre}/days/{day}", { day: "today" });
/**
 * What is done with a business day.
 *
 * @template {"close" | "extend" | "reopen"} Verb
 * @param {string} day
 * @param {Verb} verb
 */
export const onDay = (day, verb) => inCentre(/** @type {const} */ (`/api/v1/centres/{centre}/days/{day}/${verb}`), { day });

export const tokens = () => inCentre("/api/v1/centres/{centre}/tokens");
/** @param {string} token its id */
export const token = (token) => inCentre("/api/v1/centres/{centre}/tokens/{token}", { token });
/** @param {string} token */
export const correct = (token) => inCentre("/api/v1/centres/{centre}/tokens/{token}/correct", { token });
/** @param {string} token */
export const remark = (token) => inCentre("/api/v1/centres/{centre}/tokens/{token}/remark", { token });
/** @param {string} token */
export const attach = (token) => inCentre("/api/v1/centres/{centre}/tokens/{token}/attach", { token });
/** @param {string} token */
export const merge = (token) => inCentre("/api/v1/centres/{centre}/tokens/{token}/merge", { token });
/** Those who showed an appointment before it was imported. */
export const claims = () => inCentre("/api/v1/centres/{centre}/appointments/claims");
/** @param {string} token */
export const cancelToken = (token) => inCentre("/api/v1/centres/{centre}/tokens/{token}/cancel", { token });
/** Where somebody whom only a closed counter may call is handed over to the others: @param {string} token */
export const handOver = (token) => inCentre("/api/v1/centres/{centre}/tokens/{token}/hand-over", { token });
/** Where somebody who was missed or away returns: @param {string} token */
export const returnToken = (token) => inCentre("/api/v1/centres/{centre}/tokens/{token}/return", { token });
/** Where the owner of a slip returns. */
export const returnBySlip = () => inCentre("/api/v1/centres/{centre}/return");

/** Where staff print the slip of a token once more: @param {string} token */
export const reprintSlip = (token) => inCentre("/api/v1/centres/{centre}/tokens/{token}/reprint", { token });
/** Where whoever shows a slip prints it once more. */
export const reprintBySlip = () => inCentre("/api/v1/centres/{centre}/slips/reprint");
/** Where a slip for which nobody waits any more is taken back from its printer. */
export const withdrawSlip = () => inCentre("/api/v1/centres/{centre}/slips/withdraw");

/** Who sits where, and as whom one is signed in. */
export const seats = () => inCentre("/api/v1/centres/{centre}/seats");

/** @param {string} counter */
export const line = (counter) => inCentre("/api/v1/centres/{centre}/counters/{counter}/line", { counter });
/**
 * What is done at a counter.
 *
 * @template {CounterVerb} Verb
 * @param {string} counter
 * @param {Verb} verb
 */
export const atCounter = (counter, verb) => inCentre(/** @type {const} */ (`/api/v1/centres/{centre}/counters/{counter}/${verb}`), { counter });

/** @param {string} secret */
export const qrCode = (secret) => `/kiosk/qr.svg?${new URLSearchParams({ t: secret })}`;

/** The simulated printers of a demo. */
export const PRINTERS = "/demo/printer/state";
/** @param {string} device */
export const fault = (device) => `/demo/printer/${device}/fault`;
/** @type {(device: string, count: number) => string} */
export const paper = (device, count) => `/demo/printer/${device}/paper.png?n=${count}`;

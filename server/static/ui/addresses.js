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
export const MANAGER = "/manager";
export const PEOPLE = "/manager/people";
export const DEVICES = "/manager/devices";
export const APPROVALS = "/manager/approvals";
export const TRAIL = "/manager/trail";
export const PERSONAL_DATA = "/manager/personal-data";
/** Where a screen that is not paired asks for a code, and whether somebody has accepted it. */
export const PAIR_ASK = "/pair/ask";
export const PAIR_COLLECT = "/pair/collect";
/** One's own password and sessions. */
export const LOCKED = "/locked";
export const ACCOUNT = "/account";
export const WORKPLACE = "/account/centre";

export const snapshot = () => inCentre("/api/v1/centres/{centre}/snapshot");
export const outlook = () => inCentre("/api/v1/centres/{centre}/outlook");
export const stats = () => inCentre("/api/v1/centres/{centre}/stats");
/** What the centre tells everybody: emergency, outage, pause; a command to it sets or lifts one. */
export const notice = () => inCentre("/api/v1/centres/{centre}/notice");
export const floorClock = () => inCentre("/api/v1/centres/{centre}/clock");
/** @param {{ appointment: string } | { tail: string }} asked a whole reference, or its last characters */
export const appointments = (asked) => inCentre("/api/v1/centres/{centre}/appointments", {}, asked);
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
/** Where the owner of a slip that a restore lost takes their place back. */
export const rebuildBySlip = () => inCentre("/api/v1/centres/{centre}/slips/rebuild");
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

/** Who works at another centre and here too. */
export const memberships = () => inCentre("/api/v1/centres/{centre}/memberships");

/** Who can sign in here. */
export const people = () => inCentre("/api/v1/centres/{centre}/people");
/**
 * What is done with a person.
 *
 * @template {"disable" | "enable" | "unlock" | "role" | "membership/end" | "password" | "second-step/end"} Verb
 * @param {number} person
 * @param {Verb} verb
 */
export const onPerson = (person, verb) => inCentre(/** @type {const} */ (`/api/v1/centres/{centre}/people/{person}/${verb}`), { person: String(person) });
/** @param {number} person */
export const endSessions = (person) => inCentre("/api/v1/centres/{centre}/people/{person}/sessions/end", { person: String(person) });
/** What a second person was asked for. */
export const approvals = () => inCentre("/api/v1/centres/{centre}/approvals");
/**
 * What a second person says.
 *
 * @template {"approve" | "refuse"} Verb
 * @param {number} approval
 * @param {Verb} verb
 */
export const onApproval = (approval, verb) => inCentre(/** @type {const} */ (`/api/v1/centres/{centre}/approvals/{approval}/${verb}`), { approval: String(approval) });
/** The keys of devices and programs. */
export const keys = () => inCentre("/api/v1/centres/{centre}/keys");
/**
 * What is done with a key.
 *
 * @template {"revoke" | "rotate"} Verb
 * @param {number} key
 * @param {Verb} verb
 */
export const onKey = (key, verb) => inCentre(/** @type {const} */ (`/api/v1/centres/{centre}/keys/{key}/${verb}`), { key: String(key) });

/** A page of what was done and by whom: @param {Record<string, string>} wanted */
export const trail = (wanted) => inCentre("/api/v1/centres/{centre}/trail", {}, wanted);
/** The same as a file: @param {Record<string, string>} wanted */
export const trailFile = (wanted) => inCentre("/api/v1/centres/{centre}/trail/export", {}, wanted);

/** What is kept of citizens, for how long, and which legal holds are in force. */
export const personalData = () => inCentre("/api/v1/centres/{centre}/personal-data");
/** What is known of somebody. */
export const showPersonalData = () => inCentre("/api/v1/centres/{centre}/personal-data/show");
export const correctPersonalData = () => inCentre("/api/v1/centres/{centre}/personal-data/correct");
export const erasePersonalData = () => inCentre("/api/v1/centres/{centre}/personal-data/erase");
/** @param {string} token */
export const revealPhone = (token) => inCentre("/api/v1/centres/{centre}/tokens/{token}/reveal-phone", { token });
export const legalHolds = () => inCentre("/api/v1/centres/{centre}/personal-data/holds");
/** @param {number} hold */
export const liftHold = (hold) => inCentre("/api/v1/centres/{centre}/personal-data/holds/{hold}/lift", { hold: String(hold) });

/** The kiosks, boards and consoles. */
export const devices = () => inCentre("/api/v1/centres/{centre}/devices");
/** Which screen shows a code: @param {string} code */
export const shownCode = (code) => inCentre("/api/v1/centres/{centre}/devices/codes/{code}", { code });
export const pairDevice = () => inCentre("/api/v1/centres/{centre}/devices/pair");
/**
 * What is done with a screen.
 *
 * @template {"revoke" | "rename" | "identify"} Verb
 * @param {{ kind: string, id: string }} screen
 * @param {Verb} verb
 */
export const onDevice = ({ kind, id }, verb) => inCentre(/** @type {const} */ (`/api/v1/centres/{centre}/devices/{kind}/{device}/${verb}`), { kind, device: id });

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

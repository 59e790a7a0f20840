// What a scanner read: one of our slips, a reference of this centre, or neither. Pure.

/**
 * `values` are how the secret of a slip, or the reference, may read: the likelier first, seldom more than one.
 *
 * @typedef {{ kind: "slip" | "reference", values: string[] } | { kind: "neither", values: [] }} Code
 */

/** A scanner may tell first which kind of code it read (ISO/IEC 15424). */
const PREFIX = /^\][A-Za-z][0-9A-Za-z]/;
const PACKET = /^\][Ee]/;
const ADDRESS = /^[a-z][a-z0-9+.-]*:\/\/|^(mailto|tel|upi|geo|smsto|data|urn|wifi|begin|mecard):/i;
const SLIP = /\/t\/([\w-]{8,64})(?:[.?#~;!].*)?$/;
/** The secret of a slip with its claim: `SECRET.PACKED.LABEL.CLASS.SERVICE`. */
const CLAIM = /\/t\/([\w-]{8,64}(?:\.[^\s./?#]+){4})(?:[?#].*)?$/;
/** The numbers of packets (GTIN), and those that begin as India's do. */
const PACKET_NUMBER = /^(\d{8}|\d{12,14})$/;
const OF_INDIA = /^890\d{10}$/;
const SHORTEST = 4;
const LONGEST = 64;
/** What stands in a reference as people write it; anything else is none of theirs. */
const SIGNS = /^[\p{L}\p{M}\p{N}\s./:_\\|#()-]+$/u;
/** Marks that are never seen: they choose between forms of one letter. */
const UNSEEN = /[\u034f\u180b-\u180d\u180f\u17b4\u17b5\ufe00-\ufe0f\u{e0100}-\u{e01ef}]/u;
const NAMED = /ref|arn|appoint|book|app|file|number|no$|id$/i;

/**
 * Return the normal form of a reference: case folded, digits of every script as 0–9, nothing but letters, marks and digits.
 *
 * @param {string} text
 */
export function normal(text) {
  const folded = text.normalize("NFKC").toUpperCase().toLowerCase();
  return [...folded].filter((sign) => /[\p{L}\p{M}\p{Nd}]/u.test(sign) && !UNSEEN.test(sign)).map(digit).join("").normalize("NFC");
}

/**
 * Return a digit of any script as 0–9; the digits of each stand in Unicode in one run of ten.
 *
 * @param {string} sign
 */
function digit(sign) {
  if (!/\p{Nd}/u.test(sign)) return sign;
  const point = /** @type {number} */ (sign.codePointAt(0));
  let value = 0;
  while (value < 9 && /\p{Nd}/u.test(String.fromCodePoint(point - value - 1))) value += 1;
  return String(value);
}

/**
 * Whether a text is as long as a reference is.
 *
 * @param {string} text
 */
export function longEnough(text) {
  const { length } = [...normal(text)];
  return length >= SHORTEST && length <= LONGEST;
}

/**
 * Return what tells whether a text has the form of one of the centre's references, by their patterns.
 *
 * @param {string[]} patterns of references in their normal form
 * @returns {(text: string) => boolean}
 */
export function matching(patterns) {
  const known = patterns.map((pattern) => new RegExp(`^(?:${pattern.toLowerCase()})$`, "u"));
  return (text) => known.some((pattern) => pattern.test(normal(text)));
}

/**
 * Whether a text looks like no reference at all, where no pattern tells what ours look like: a word without a number, or
 * the number of a packet, which has a right check digit or is one of India's.
 *
 * @param {string} text
 */
export function looksForeign(text) {
  return !/\p{Nd}/u.test(text) || OF_INDIA.test(text) || (PACKET_NUMBER.test(text) && isChecked(text));
}

/**
 * Whether the last digit of a packet's number is right (GS1): the others count three and one times, from the end.
 *
 * @param {string} digits
 */
function isChecked(digits) {
  const sum = [...digits].reverse().reduce((total, digit, place) => total + Number(digit) * (place % 2 ? 3 : 1), 0);
  return sum % 10 === 0;
}

/**
 * Whether a text can only have been scanned: it says so itself.
 *
 * @param {string} text
 */
export function announced(text) {
  return PREFIX.test(text) || ADDRESS.test(text);
}

/**
 * Sort what was read. A slip goes first, then what has the form of a reference here, then what could be one: the server
 * knows its references, and answers for each.
 *
 * @param {string[]} readings how it may read
 * @param {(text: string) => boolean} known whether a text has the form of one of the centre's references
 * @returns {Code}
 */
export function sorted(readings, known) {
  const slips = readings.map(secretOf).filter((secret) => secret !== "");
  if (slips.length) return { kind: "slip", values: unique(slips) };
  const read = readings.flatMap((text) => referencesOf(text, known)).map((text) => /** @type {const} */ ([normal(text), text]));
  // What reads the same in its normal form is one reference: the first is as it was printed.
  const references = [...new Map(read.reverse()).values()].reverse();
  const ours = references.filter(known);
  if (ours.length) return { kind: "reference", values: ours };
  return references.length ? { kind: "reference", values: references } : { kind: "neither", values: [] };
}

/**
 * Return a secret with the claim that its slip carries, as it stands in the address; empty for a slip without one.
 *
 * @param {string[]} readings
 */
export function claimIn(readings) {
  return readings.map((text) => CLAIM.exec(bare(text))?.[1] ?? "").find(Boolean) ?? "";
}

/** @param {string[]} texts */
const unique = (texts) => [...new Set(texts)];

/** @param {string} text */
function secretOf(text) {
  return SLIP.exec(bare(text))?.[1] ?? "";
}

/** @param {string} text */
const bare = (text) => text.replace(PREFIX, "").trim();

/**
 * Return what a text may hold as a reference: itself, or what an address carries.
 *
 * @param {string} text
 * @param {(text: string) => boolean} known
 */
function referencesOf(text, known) {
  const own = bare(text);
  if (ADDRESS.test(own)) return carried(own, known);
  const packet = PACKET.test(text) && !known(own);
  return !packet && SIGNS.test(own) && longEnough(own) ? [own] : [];
}

/**
 * Return the one part of an address that may be a reference: one of a known form, else one that is called so, else its end.
 *
 * @param {string} address
 * @param {(text: string) => boolean} known
 */
function carried(address, known) {
  const { named, others } = partsOf(address);
  const parts = [...named, ...others].filter((part) => SIGNS.test(part) && longEnough(part) && /\p{Nd}/u.test(part));
  return [parts.find(known) ?? parts[0]].filter(Boolean);
}

/**
 * Return the parts of an address: those whose name says that they are a reference, and the others from its end on.
 *
 * @param {string} text
 */
function partsOf(text) {
  const address = URL.canParse(text) ? new URL(text) : null;
  if (!address) return { named: [], others: [] };
  const hash = decoded(address.hash.replace(/^#\/?/, ""));
  const query = [...address.searchParams, ...new URLSearchParams(hash.includes("=") ? hash : "")];
  const named = query.filter(([name]) => NAMED.test(name)).map(([, value]) => value);
  const path = address.pathname.split("/").map(decoded);
  const others = [...query.map(([, value]) => value), ...hash.split("/").reverse(), ...path.reverse()];
  return { named, others };
}

/** @param {string} part */
function decoded(part) {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

// How big a call has to be to be read from where people sit. Pure.

const CAP_MM_PER_M = 12.2; // cap height for a metre of distance
const CAP = 0.7; // cap height of the face in its size
const WIDE = 0.8716; // width of a 16:9 screen in its diagonal
const ROW = 1.26; // height of a row in cap heights
const ROW_EM = 7; // width of chip, arrow, counter and margins in font sizes
const MARK_EM = 0.65; // width of a mark, and of what surrounds a counter
const SMALL = 0.55; // size of a party beside its number
const REST_EM = 1.3; // arrow and margins
const FOOTER_PX = 112;
const BURST = 0.6;

/**
 * Return the sizes of so many calls: `room` is how many fit, `metres` from where they can be read.
 *
 * @param {{ width: number, height: number, inches?: number, distance_m?: number }} screen in pixels, inches, metres
 * @param {number} calls how many are live
 */
export function sizes({ width, height, inches = 55, distance_m: distance = 10 }, calls) {
  const pxPerMm = Math.max(width, height) / (inches * 25.4 * WIDE);
  const wanted = CAP_MM_PER_M * distance * pxPerMm;
  const normal = fit(wanted, width, height, 1);
  if (calls <= normal.room) return { ...normal, metres: metres(normal.cap, pxPerMm) };
  const burst = fit(wanted * BURST, width, height, width > height ? 2 : 1);
  return { ...burst, metres: metres(burst.cap, pxPerMm) };
}

/**
 * Return the size of words that can be read from where people sit, in pixels.
 *
 * @param {Parameters<typeof sizes>[0]} screen
 */
export function legible({ width, height, inches = 55, distance_m: distance = 10 }) {
  return (CAP_MM_PER_M * distance * Math.max(width, height)) / (inches * 25.4 * WIDE) / CAP;
}

/**
 * @param {number} wanted cap height in pixels
 * @param {number} width
 * @param {number} height
 * @param {number} columns
 */
function fit(wanted, width, height, columns) {
  const cap = Math.min(wanted, (width / columns / ROW_EM) * CAP);
  const rows = Math.max(1, Math.floor((height - FOOTER_PX) / (cap * ROW)));
  return { cap, font: cap / CAP, row: cap * ROW, columns, room: rows * columns };
}

/**
 * @param {number} cap in pixels
 * @param {number} pxPerMm
 */
function metres(cap, pxPerMm) {
  return Math.round((cap / pxPerMm / CAP_MM_PER_M) * 10) / 10;
}

/**
 * How much smaller a row has to be to hold a family and all its counters; 1 for one person at one counter.
 *
 * @param {{ label: string, party: number }} token
 * @param {string[]} counters as they are written
 */
export function rowScale({ label, party }, counters) {
  const family = party > 1 ? SMALL * `×${party}`.length : 0;
  const marks = label.length + family + counters.join("").length;
  return Math.min(1, ROW_EM / (MARK_EM * (marks + counters.length) + REST_EM));
}

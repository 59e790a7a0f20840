// What somebody is told of their wait: for this desk, and for the whole visit; or that no counter is there. Pure.

/**
 * What a forecast tells beside how many are before.
 *
 * @typedef {{ wait: Baari.WaitRange | null, visit: { low_min: number | null, high_min: number | null }, opens_at: string | null }} Told
 */

/**
 * Whether no counter that may take somebody is open, or will be today.
 *
 * @param {{ wait: Baari.WaitRange | null }} told
 */
export const isStranded = ({ wait }) => wait !== null && (wait.low_min === null || wait.high_min === null);

/**
 * The sentences of a wait; `stage` is the name of the stage where somebody waits.
 *
 * @param {Told} told
 * @param {string} stage
 * @param {{ t: (text: string, values?: Record<string, string | number>) => string, time: (text: string) => string }} say
 */
export function waitSentences({ wait, visit, opens_at }, stage, { t, time }) {
  if (!wait) return [];
  if (wait.low_min === null || wait.high_min === null) return [t("No counter for this is open now.")];
  const opening = opens_at ? [t("Counters open at {time}.", { time: time(opens_at) })] : [];
  const here = t("{stage}: {low}–{high} min.", { stage, low: wait.low_min, high: wait.high_min });
  if (visit.low_min === null || visit.high_min === null) return [...opening, here];
  return [...opening, here, t("Whole visit: {low}–{high} min.", { low: visit.low_min, high: visit.high_min })];
}

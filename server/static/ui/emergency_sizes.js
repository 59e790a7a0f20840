// How big the words of an emergency are, and which languages stand together, so that each can be read from afar. Pure.

const ENOUGH = 0.5; // of the size for a distance: rather all languages at once; the sign is read from the whole hall

/**
 * Return the largest whole size that fits, the least one where none does.
 *
 * @param {(size: number) => boolean} fits
 * @param {number} least
 * @param {number} most
 */
export function largest(fits, least, most) {
  let [low, high] = [Math.floor(least), Math.floor(most)];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (fits(middle)) low = middle;
    else high = middle - 1;
  }
  return low;
}

/**
 * Return the languages in as few pages as leave the words legible, each with its size. Where the longest word of one is
 * too wide for that, no page has to be bigger than that one is alone.
 *
 * @template T
 * @param {T[]} languages
 * @param {number} wanted the size for the distance of its readers
 * @param {(page: T[]) => number} sizeOf how big the words of some languages can be together
 * @returns {{ lines: T[], size: number }[]}
 */
export function pagesOf(languages, wanted, sizeOf) {
  const enough = Math.min(wanted * ENOUGH, ...languages.map((language) => sizeOf([language])));
  for (let count = 1; ; count += 1) {
    const pages = parted(languages, count).map((lines) => ({ lines, size: sizeOf(lines) }));
    if (count >= languages.length || pages.every(({ size }) => size >= enough)) return pages;
  }
}

/**
 * Return a list in so many parts, of which none is longer than another by more than one.
 *
 * @template T
 * @param {T[]} list
 * @param {number} count
 */
function parted(list, count) {
  const at = (/** @type {number} */ place) => Math.round((place * list.length) / count);
  return Array.from({ length: count }, (_, place) => list.slice(at(place), at(place + 1)));
}

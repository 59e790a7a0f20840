// The letters in which references are written: Latin ones, those of the centre's scripts, and what its patterns name. Pure.

const LATIN = [..."ABCDEFGHIJKLMNOPQRSTUVWXYZ"];

/** The blocks of the scripts of India are laid out alike: where signs, vowels, consonants and their marks stand in each. */
const LAYOUT = [[0x01, 0x03], [0x05, 0x0b], [0x0e, 0x39], [0x3c, 0x3c], [0x3e, 0x43], [0x45, 0x4d]];

/** Where the block of a script begins, what it has beside, and what stands there for other languages or old texts. */
const BLOCKS = /** @type {const} */ ({
  Deva: [0x0900, "ॲ", "ऎऒऩऱऴॆॊ"],
  Beng: [0x0980, "ৎৰৱ", ""],
  Guru: [0x0a00, "ੜੰੱ", ""],
  Gujr: [0x0a80, "", ""],
  Orya: [0x0b00, "ୟୱ", ""],
  Taml: [0x0b80, "", "ஶ"],
  Telu: [0x0c00, "", "ఴ"],
  Knda: [0x0c80, "", ""],
  Mlym: [0x0d00, "ൺൻർൽൾൿ", "ഩഺ"],
});

/** @type {Record<string, string[]>} */
const WHOLE = {
  Arab: [..."اآبپتٹثجچحخدڈذرڑزژسشصضطظعغفقکگلمنںوؤہھءیئے"],
  Olck: span(0x1c5a, 0x1c7d),
  Mtei: [...span(0xabc0, 0xabea), ...span(0xabec, 0xabed)],
};

/**
 * @param {number} first
 * @param {number} last
 */
function span(first, last) {
  return Array.from({ length: last - first + 1 }, (_, place) => String.fromCodePoint(first + place));
}

/** @param {keyof typeof BLOCKS} script */
function ofBlock(script) {
  const [begin, more, without] = BLOCKS[script];
  const signs = LAYOUT.flatMap(([first, last]) => span(begin + first, begin + last));
  const letters = signs.filter((sign) => /[\p{L}\p{M}]/u.test(sign) && sign.normalize("NFKC") === sign && !without.includes(sign));
  return [...letters, ...more];
}

/**
 * Return the letters of the script in which a language is written, none where we do not know them.
 *
 * @param {string} language
 */
function lettersOf(language) {
  const script = new Intl.Locale(language).maximize().script ?? "";
  return script in BLOCKS ? ofBlock(/** @type {keyof typeof BLOCKS} */ (script)) : (WHOLE[script] ?? []);
}

/**
 * Return the letters that patterns name, those between the two ends of a range too.
 *
 * @param {string[]} patterns
 */
function named(patterns) {
  const ranges = patterns.flatMap((pattern) => [...pattern.replace(/\\./gu, "").matchAll(/(\p{L})(?:-(\p{L}))?/gu)]);
  const point = (/** @type {string} */ sign) => sign.codePointAt(0) ?? 0;
  return ranges.flatMap(([, first, last = first]) => span(point(first), point(last))).map((letter) => letter.toUpperCase());
}

/**
 * Return the alphabets of a centre's keypad: Latin first, then one for each script of its languages, then what its
 * patterns name beyond them.
 *
 * @param {string[]} languages
 * @param {string[]} patterns of references
 * @returns {string[][]}
 */
export function alphabets(languages, patterns) {
  const own = [...new Map(languages.map(lettersOf).filter(({ length }) => length).map((letters) => [letters.join(""), letters])).values()];
  const shared = new Set([LATIN, ...own].flat());
  const further = [...new Set(named(patterns))].filter((letter) => !shared.has(letter));
  return [LATIN, ...own, further].filter(({ length }) => length > 0);
}

/**
 * Return a sign as it stands on its key: a mark on the circle that stands for its letter.
 *
 * @param {string} sign
 */
export function shown(sign) {
  return /^\p{M}/u.test(sign) ? `\u25cc${sign}` : sign;
}

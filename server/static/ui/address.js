// How an address of the contract is filled in.

/**
 * An address that knows what it takes and what it answers.
 *
 * @template {keyof Baari.Reads | keyof Baari.Commands} Path
 * @typedef {string & { readonly path: Path }} Address
 */

/**
 * @template {keyof Baari.Reads | keyof Baari.Commands} Path
 * @param {Path} path
 * @param {Record<string, string>} values what stands in its braces
 * @param {Record<string, string>} [query]
 */
export function address(path, values, query = {}) {
  const filled = path.replace(/\{(\w+)\}/g, (_, name) => encodeURIComponent(values[name]));
  const asked = new URLSearchParams(query).toString();
  return /** @type {Address<Path>} */ (asked ? `${filled}?${asked}` : filled);
}

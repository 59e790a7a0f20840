// Where a pictogram is drawn: in our own file, or in the vendored set.

const OWN = ["senior", "pregnant", "exit", "cover", "exit-left", "exit-right", "exit-up", "exit-down"];

/** @param {string} name */
export function iconAddress(name) {
  return `${OWN.includes(name) ? "/static/ui" : "/static/vendor"}/icons.svg#${name}`;
}

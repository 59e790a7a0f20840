// What the server wrote into this page: its facts, its words and the CSRF token of its cookie.

/** What every page has; each surface has a module of its own for the rest. */
export const page = /** @type {Baari.Frame} */ (JSON.parse(document.getElementById("page")?.textContent ?? "null"));

// Each language in its own script, as its readers look for it.

/** @type {Record<string, string>} */
export const OWN_NAMES = { hi: "हिन्दी", en: "English", mr: "मराठी" };

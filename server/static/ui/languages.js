// Each language in its own script, as its readers look for it.

export const OWN_NAMES = { hi: "हिन्दी", en: "English", mr: "मराठी" };

// Changes the screens' scripts by hand's breadth, one change at a time, and asks the tests whether they notice:
// `npm run mutants` for all groups, `npm run mutants -- http board` for some.

import { GROUPS } from "./tests/js/mutants.mjs";

const { mutate, tests } = GROUPS[process.env.MUTANTS];
const files = tests.map((name) => `tests/js/${name}.test.mjs`).join(" ");

export default {
  mutate,
  testRunner: "command",
  commandRunner: { command: `node --import ./tests/js/addresses.mjs ${tests.length > 1 ? "--test " : ""}${files}` },
  coverageAnalysis: "off",
  concurrency: 2,
  disableTypeChecks: false,
  logLevel: "warn",
  ignorePatterns: ["/*", "!/counter", "!/display", "!/kiosk", "!/server", "!/tests", "!/package.json"],
  tempDirName: "var/stryker",
  reporters: ["clear-text", "progress"],
  clearTextReporter: { allowColor: false, reportTests: false, allowEmojis: false },
  thresholds: { high: 95, low: 90, break: 90 },
};

// The scripts whose tests have to notice nine of ten changes, in groups with the tests that know them.

import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const LIVE = "server/static/live";
const UI = "server/static/ui";

export const GROUPS = {
  screen: { mutate: [`${LIVE}/screen.js`, `${LIVE}/reducer.js`], tests: ["screen", "reducer"] },
  allows: { mutate: [`${LIVE}/allows.js`], tests: ["allows"] },
  live: { mutate: [`${UI}/live.js`], tests: ["live"] },
  http: { mutate: [`${UI}/http.js`], tests: ["http"] },
  ages: { mutate: ["server/static/staff/ages.js"], tests: ["ages"] },
  kiosk: { mutate: ["issue", "keys", "paper", "scanned", "state"].map((name) => `kiosk/static/${name}.js`), tests: ["kiosk"] },
  reader: { mutate: ["reader", "scans", "strokes"].map((name) => `${UI}/${name}.js`), tests: ["reader"] },
  codes: { mutate: [`${UI}/codes.js`, "kiosk/static/letters.js"], tests: ["codes", "letters"] },
  verbs: { mutate: ["counter/static/verbs.js", "counter/static/moment.js"], tests: ["console"] },
  desk: { mutate: ["commands", "hindrance", "keyboard", "outcome", "scanned", "seating", "state", "answers"].map((name) => `counter/static/${name}.js`), tests: ["desk"] },
  levers: { mutate: ["server/manager/static/steering.js"], tests: ["steering"] },
  times: { mutate: [`${UI}/times.js`], tests: ["times"] },
  board: { mutate: ["display/static/board/calls.js", "display/static/board/sizes.js"], tests: ["board"] },
  follower: { mutate: ["display/static/phone/follower.js"], tests: ["follower"] },
  phone: { mutate: ["display/static/phone/words.js", `${UI}/counters.js`], tests: ["phone"] },
};

/** Run the mutants of some groups; returns the names of those that let too many through. */
function run(names) {
  return names.filter((name) => {
    console.log(`\n${name}: ${GROUPS[name].mutate.join(", ")}`);
    return spawnSync("npx", ["stryker", "run"], { stdio: "inherit", env: { ...process.env, MUTANTS: name } }).status !== 0;
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const asked = process.argv.slice(2);
  const weak = run(asked.length ? asked : Object.keys(GROUPS));
  if (weak.length) console.error(`too many mutants survive: ${weak.join(", ")}`);
  process.exit(weak.length ? 1 : 0);
}

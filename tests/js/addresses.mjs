// Lets Node find the scripts of a page by the addresses under which a browser loads them: `node --import` this.

import { register } from "node:module";

register("./resolve.mjs", import.meta.url);

// What never ends is a failure. The process that only starts others has no limit.
const LIMIT_MS = 60_000;
const end = () => {
  console.error(`${process.argv[1]} ran longer than a minute`);
  process.exit(1);
};
if (!process.execArgv.includes("--test")) setTimeout(end, LIMIT_MS).unref();

// Lets Node find the scripts of a page by the addresses under which a browser loads them: `node --import` this.

import { register } from "node:module";

register("./resolve.mjs", import.meta.url);

// Copies the front-end libraries out of node_modules into the tree; with --check it only compares (exit 1 on drift).

import { mkdirSync, readFileSync, writeFileSync, existsSync } from "node:fs";
import { dirname } from "node:path";

const FILES = [
  ["swagger-ui-dist/swagger-ui-bundle.js", "server/static/vendor/swagger-ui/swagger-ui-bundle.js"],
  ["swagger-ui-dist/swagger-ui.css", "server/static/vendor/swagger-ui/swagger-ui.css"],
  ["swagger-ui-dist/LICENSE", "server/static/vendor/swagger-ui/LICENSE"],
  ["swagger-ui-dist/NOTICE", "server/static/vendor/swagger-ui/NOTICE"],
];

/** Return what a file has to hold: its source map is not shipped, so nothing may point at it. */
function wanted(source) {
  const content = readFileSync(`node_modules/${source}`);
  if (!/\.(m?js|css)$/.test(source)) return content;
  return Buffer.from(content.toString().replace(/\n?\/[/*]# sourceMappingURL=\S+(\s*\*\/)?\s*$/, "\n"));
}

const drifted = FILES.filter(([source, target]) => !existsSync(target) || !readFileSync(target).equals(wanted(source)));
if (process.argv.includes("--check")) {
  for (const [, target] of drifted) console.error(`differs from its package: ${target}`);
  process.exit(drifted.length ? 1 : 0);
}
for (const [source, target] of drifted) {
  mkdirSync(dirname(target), { recursive: true });
  writeFileSync(target, wanted(source));
  console.log(target);
}

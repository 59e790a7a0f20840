// Copies the front-end libraries and fonts out of node_modules into the tree; with --check it only compares (exit 1 on drift).

import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";

const JS = "server/static/vendor";
const WEB_FONT = "@fontsource-variable/anek-devanagari";
const SLIP_FONT = "@expo-google-fonts/anek-devanagari";

const FILES = [
  ["preact/dist/preact.mjs", `${JS}/preact.js`],
  ["preact/LICENSE", `${JS}/preact.LICENSE`],
  ["preact/hooks/dist/hooks.mjs", `${JS}/hooks.js`],
  ["@preact/signals-core/dist/signals-core.mjs", `${JS}/signals-core.js`],
  ["@preact/signals/dist/signals.mjs", `${JS}/signals.js`],
  ["@preact/signals/LICENSE", `${JS}/signals.LICENSE`],
  ["htm/dist/htm.mjs", `${JS}/htm.js`],
  ["htm/preact/index.mjs", `${JS}/htm-preact.js`],
  ["htm/LICENSE", `${JS}/htm.LICENSE`],
  ["socket.io-client/dist/socket.io.esm.min.js", `${JS}/socket.io.js`],
  ["socket.io-client/LICENSE", `${JS}/socket.io.LICENSE`],
  ["swagger-ui-dist/swagger-ui-bundle.js", `${JS}/swagger-ui/swagger-ui-bundle.js`],
  ["swagger-ui-dist/swagger-ui.css", `${JS}/swagger-ui/swagger-ui.css`],
  ["swagger-ui-dist/LICENSE", `${JS}/swagger-ui/LICENSE`],
  ["swagger-ui-dist/NOTICE", `${JS}/swagger-ui/NOTICE`],
  [`${WEB_FONT}/files/anek-devanagari-latin-wght-normal.woff2`, "server/static/fonts/anek-latin.woff2"],
  [`${WEB_FONT}/files/anek-devanagari-devanagari-wght-normal.woff2`, "server/static/fonts/anek-devanagari.woff2"],
  [`${WEB_FONT}/LICENSE`, "server/static/fonts/LICENSE"],
  [`${SLIP_FONT}/500Medium/AnekDevanagari_500Medium.ttf`, "hardware/fonts/AnekDevanagari-Medium.ttf"],
  [`${SLIP_FONT}/700Bold/AnekDevanagari_700Bold.ttf`, "hardware/fonts/AnekDevanagari-Bold.ttf"],
  [`${WEB_FONT}/files/anek-devanagari-latin-wdth-normal.woff2`, "hardware/fonts/AnekDevanagari-Latin-Width.woff2"],
  [`${WEB_FONT}/LICENSE`, "hardware/fonts/LICENSE"],
];

// A page has no import map: bare names become the files beside.
const BESIDE = {
  preact: "./preact.js",
  "preact/hooks": "./hooks.js",
  "@preact/signals-core": "./signals-core.js",
  htm: "./htm.js",
};

/** Return what a file has to hold: no source map is shipped, and imports lead to the files beside. */
function wanted(source) {
  const content = readFileSync(`node_modules/${source}`);
  if (!/\.(m?js|css)$/.test(source)) return content;
  let text = content.toString().replace(/\n?\/[/*]# sourceMappingURL=\S+(\s*\*\/)?\s*$/, "\n");
  if (source.endsWith(".mjs")) {
    text = text.replace(/(from\s*|import\s*)"([^"]+)"/g, (all, word, name) => (BESIDE[name] ? `${word}"${BESIDE[name]}"` : all));
  }
  return Buffer.from(text);
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

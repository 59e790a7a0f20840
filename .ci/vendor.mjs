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
  ["altcha/dist/external/altcha.min.js", `${JS}/altcha/altcha.js`],
  ["altcha/dist/external/altcha.css", `${JS}/altcha/altcha.css`],
  ["altcha/dist/workers/pbkdf2.js", `${JS}/altcha/pbkdf2.js`],
  ["altcha/LICENSE.txt", `${JS}/altcha/LICENSE`],
  ["lucide-static/LICENSE", `${JS}/icons.LICENSE`],
  [`${WEB_FONT}/files/anek-devanagari-latin-wght-normal.woff2`, "server/static/fonts/anek-latin.woff2"],
  [`${WEB_FONT}/files/anek-devanagari-devanagari-wght-normal.woff2`, "server/static/fonts/anek-devanagari.woff2"],
  [`${WEB_FONT}/LICENSE`, "server/static/fonts/LICENSE"],
  [`${SLIP_FONT}/500Medium/AnekDevanagari_500Medium.ttf`, "hardware/fonts/AnekDevanagari-Medium.ttf"],
  [`${SLIP_FONT}/700Bold/AnekDevanagari_700Bold.ttf`, "hardware/fonts/AnekDevanagari-Bold.ttf"],
  [`${WEB_FONT}/files/anek-devanagari-latin-wdth-normal.woff2`, "hardware/fonts/AnekDevanagari-Latin-Width.woff2"],
  [`${WEB_FONT}/LICENSE`, "hardware/fonts/LICENSE"],
];

// One file of pictograms: each is a symbol, shown by <use href="/static/vendor/icons.svg#name">.
const ICONS = [
  "accessibility", "arrow-left", "arrow-right", "baby", "book-user", "calendar-check", "calendar-clock",
  "circle-question-mark", "clock", "contrast", "delete", "ear-off", "eye-off", "hand-helping", "octagon-pause",
  "printer", "scan-line", "shield-check", "siren", "undo-2", "volume-2", "volume-x", "zap",
];
const SPRITE = `${JS}/icons.svg`;

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

/** Return the pictograms as one file of symbols. */
function sprite() {
  const symbols = ICONS.map((name) => {
    const drawing = readFileSync(`node_modules/lucide-static/icons/${name}.svg`, "utf8");
    const inside = drawing.slice(drawing.indexOf(">", drawing.indexOf("<svg")) + 1, drawing.indexOf("</svg>"));
    return `<symbol id="${name}" viewBox="0 0 24 24">${inside.replace(/\s*\n\s*/g, "")}</symbol>`;
  });
  return Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg">\n${symbols.join("\n")}\n</svg>\n`);
}

const contents = [...FILES.map(([source, target]) => [target, wanted(source)]), [SPRITE, sprite()]];
const drifted = contents.filter(([target, content]) => !existsSync(target) || !readFileSync(target).equals(content));
if (process.argv.includes("--check")) {
  for (const [target] of drifted) console.error(`differs from its package: ${target}`);
  process.exit(drifted.length ? 1 : 0);
}
for (const [target, content] of drifted) {
  mkdirSync(dirname(target), { recursive: true });
  writeFileSync(target, content);
  console.log(target);
}

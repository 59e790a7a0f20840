// The folder behind each address that the server answers with a script.

const ROOT = new URL("../../", import.meta.url);
const FOLDERS = {
  "/static/": "server/static/",
  "/kiosk/static/": "kiosk/static/",
  "/counter/static/": "counter/static/",
  "/display/static/": "display/static/",
  "/manager/static/": "server/manager/static/",
};

export function resolve(specifier, context, next) {
  const begin = Object.keys(FOLDERS).find((address) => specifier.startsWith(address));
  return next(begin ? new URL(FOLDERS[begin] + specifier.slice(begin.length), ROOT).href : specifier, context);
}

// The folder behind each address that the server answers with a script; a socket is a fake one that the test leads.

const ROOT = new URL("../../", import.meta.url);
const FOLDERS = {
  "/static/": "server/static/",
  "/kiosk/static/": "kiosk/static/",
  "/counter/static/": "counter/static/",
  "/display/static/": "display/static/",
  "/manager/static/": "server/manager/static/",
};

export function resolve(specifier, context, next) {
  if (specifier.endsWith("/vendor/socket.io.js")) return next("./tests/js/fakes/socket.mjs", { ...context, parentURL: ROOT.href });
  const begin = Object.keys(FOLDERS).find((address) => specifier.startsWith(address));
  return next(begin ? new URL(FOLDERS[begin] + specifier.slice(begin.length), ROOT).href : specifier, context);
}

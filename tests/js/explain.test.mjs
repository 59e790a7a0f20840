// Why a token was called: what is not known is said only of a number that is not there.

import assert from "node:assert/strict";
import test from "node:test";

import { refused, server, setPage } from "./fakes/page.mjs";

setPage({ role: "manager", user: "meera" });
const { ask, unknown } = await import("/manager/static/explain.js");

test("a number that was not issued is named, and any other refusal is no word about it", async () => {
  server(refused(404, "unknown_token"));
  await ask("n150");
  assert.match(unknown.value, /N150/);
  server(refused(503, "unavailable"));
  await ask("n150");
  assert.equal(unknown.value, "No answer. Please ask again.");
});

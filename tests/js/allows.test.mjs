// What screens may offer is what the server's tables say; the tables themselves are compared with the server elsewhere.

import assert from "node:assert/strict";
import test from "node:test";

import { allows, atCounter, canBecome, canReturn, leadsTo } from "../../server/static/live/allows.js";
import { ALLOWED, COUNTER, TOKEN } from "../../server/static/live/lifecycle.js";
import { setPage } from "./fakes/page.mjs";

setPage({ role: "counter" });
const { may } = await import("/static/staff/page.js");

test("an action leads where the lifecycle says, and nowhere where it says nothing", () => {
  assert.equal(leadsTo("called", "start"), "serving");
  assert.equal(leadsTo("waiting", "start"), undefined);
  assert.equal(leadsTo("cancelled", "call"), undefined);
  assert.deepEqual([allows("called", "start"), allows("waiting", "start"), allows("no_show", "return")], [true, false, false]);
});

test("returning brings those into the line who are not in it", () => {
  const states = [...Object.keys(TOKEN), "refused", "cancelled", "expired", "no_show"];
  assert.deepEqual(states.filter(canReturn), ["paused", "missed"]);
});

test("a token is at a counter while it is called or served", () => {
  assert.deepEqual(Object.keys(TOKEN).filter(atCounter), ["called", "serving"]);
});

test("a counter can change to what the lifecycle says, and not to what it is already", () => {
  const changes = Object.keys(COUNTER).flatMap((before) => Object.keys(COUNTER).filter((after) => canBecome(before, after)).map((after) => `${before} → ${after}`));
  assert.deepEqual(changes, ["open → paused", "open → closed", "paused → open", "paused → closed", "closed → open"]);
});

test("a person may do what their role may", () => {
  assert.deepEqual([may("call_next"), may("take_over"), may("call_token")], [true, false, false]);
});

test("nobody changes the tables", () => {
  for (const table of [TOKEN, COUNTER, ALLOWED]) {
    assert.ok(Object.isFrozen(table));
    for (const row of Object.values(table)) assert.ok(Object.isFrozen(row));
  }
});

// The console's keys, and times of day in the zone of the centre.

import assert from "node:assert/strict";
import test from "node:test";

import { instant, timeOfDay } from "../../counter/static/moment.js";
import { fitting, otherOutcomes, sensible, SIDE_KEYS, sideOfKey, verbOfKey, VERBS } from "../../counter/static/verbs.js";

const OPEN = { state: "open" };
const verbs = (...what) => fitting(...what).map(({ verb }) => verb);

test("every key means one thing", () => {
  const keys = [...VERBS, ...SIDE_KEYS].map(({ key }) => key);
  assert.equal(new Set(keys).size, keys.length);
  assert.equal(verbOfKey("h").verb, "hold");
  assert.equal(sideOfKey("u"), "undo");
});

test("the big button is the next sensible verb", () => {
  const big = (counter, token) => sensible(counter, token)?.verb;
  assert.equal(big({ state: "closed" }, null), "open");
  assert.equal(big(OPEN, null), "call-next");
  assert.equal(big(OPEN, { state: "called" }), "start");
  assert.equal(big(OPEN, { state: "serving" }), "finish");
});

test("only verbs that fit stand beside it", () => {
  assert.deepEqual(verbs(OPEN, null, false), ["pause", "close"]);
  assert.deepEqual(verbs(OPEN, { state: "called" }, false), ["recall", "miss", "hold", "transfer", "change"]);
  assert.deepEqual(verbs(OPEN, { state: "serving" }, false), ["hold", "transfer", "change"]);
});

test("a counter that only helps with a party cannot send it away", () => {
  assert.deepEqual(verbs(OPEN, { state: "called" }, true), ["change"]);
});

test("outcomes other than the usual one get a digit each", () => {
  const stage = { ok: "granted", outcomes: ["granted", "deferred", "refused"] };
  assert.deepEqual(otherOutcomes(stage), [{ name: "deferred", key: "1" }, { name: "refused", key: "2" }]);
});

test("a time of day is one of the centre, whatever zone the computer is in", () => {
  const now = Date.parse("2026-11-24T05:00:20.000Z");
  assert.equal(timeOfDay(now, "Asia/Kolkata"), "10:30");
  assert.equal(instant(now, "10:30", "Asia/Kolkata"), "2026-11-24T05:00:00.000Z");
  assert.equal(instant(now, "09:45", "Asia/Kolkata"), "2026-11-24T04:15:00.000Z");
});

test("a time later than now was yesterday's", () => {
  const now = Date.parse("2026-11-24T05:00:00.000Z");
  assert.equal(instant(now, "10:31", "Asia/Kolkata"), "2026-11-23T05:01:00.000Z");
});

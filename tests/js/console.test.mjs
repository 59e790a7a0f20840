// The console's keys, and times of day in the zone of the centre.

import assert from "node:assert/strict";
import test from "node:test";

import { instant, timeOfDay } from "../../counter/static/moment.js";
import { fitting, otherOutcomes, sensible, SIDE_KEYS, sideOfKey, verbOfKey, VERBS } from "../../counter/static/verbs.js";

const OPEN = { state: "open" };
const verbs = (...what) => fitting(...what).map(({ verb }) => verb);

test("every key means one thing", () => {
  const meanings = [...VERBS, ...SIDE_KEYS].map(({ key, verb, name, words }) => `${key} ${verb ?? name}: ${words}`);
  assert.deepEqual(meanings, [
    "N call-next: Next", "S start: Start", "D finish: Done", "R recall: Call again", "M miss: Missed", "H hold: Hold",
    "T transfer: Transfer", "C change: Correct", "A attach: Appointment", "J merge: Merge", "P pause: Break", "O open: Open", "X close: Close",
    "U undo: Undo", "I return: Is here", "B resume: Resume", "L line: The line", "G issue: Give a token",
  ]);
  for (const key of "nsdrmhtcajpox") assert.equal(verbOfKey(key).key, key.toUpperCase());
  assert.deepEqual([..."uiblg"].map(sideOfKey), ["undo", "return", "resume", "line", "issue"]);
  assert.deepEqual([verbOfKey("u"), sideOfKey("n"), verbOfKey("Enter")], [null, null, null]);
});

test("only what calls and misses needs a floor that runs, and a verb on the token says which one it means", () => {
  const having = (trait) => VERBS.filter((verb) => verb[trait]).map(({ verb }) => verb);
  assert.deepEqual(having("running"), ["call-next", "recall", "miss"]);
  assert.deepEqual(having("seen"), ["start", "finish", "recall", "miss", "hold"]);
  assert.deepEqual(having("panel"), ["transfer", "change", "attach", "merge"]);
  assert.deepEqual(having("lead"), ["recall", "miss", "hold", "transfer"]);
});

test("a counter is opened with a token that is still served there, and neither paused nor closed", () => {
  const serving = { state: "serving" };
  assert.deepEqual(verbs({ state: "paused" }, serving, false), ["hold", "transfer", "change", "attach", "merge", "open"]);
  assert.deepEqual(verbs({ state: "closed" }, null, false), []);
  assert.deepEqual(verbs({ state: "paused" }, null, false), ["close"]);
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
  assert.deepEqual(verbs(OPEN, { state: "called" }, false), ["recall", "miss", "hold", "transfer", "change", "attach", "merge"]);
  assert.deepEqual(verbs(OPEN, { state: "serving" }, false), ["hold", "transfer", "change", "attach", "merge"]);
});

test("a counter that only helps with a party cannot send it away", () => {
  assert.deepEqual(verbs(OPEN, { state: "called" }, true), ["change", "attach", "merge"]);
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

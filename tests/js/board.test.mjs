// The board: which calls it shows, which it announces, and how big.

import assert from "node:assert/strict";
import test from "node:test";

import { Announcer, liveCalls } from "../../display/static/board/calls.js";
import { sizes } from "../../display/static/board/sizes.js";

const T0 = Date.parse("2026-11-24T04:00:00.000Z");
const at = (seconds) => new Date(T0 + seconds * 1000).toISOString();
const token = (label, more = {}) => ({
  label, stage: "A", state: "called", counter: "A7", call: `e-${label}`, calls: 1, called_at: at(0), ...more,
});

test("calls of the zone are shown, newest on top", () => {
  const tokens = [token("N1"), token("N2", { called_at: at(5) }), token("N3", { stage: "B" }), token("N4", { state: "waiting" })];
  assert.deepEqual(liveCalls(tokens, ["A"], T0 + 9000).map((one) => one.label), ["N2", "N1"]);
});

test("a served call stays for a minute, a missed one goes at once, a called one stays", () => {
  const tokens = [token("N1", { state: "serving" }), token("N2", { state: "missed" }), token("N3")];
  assert.deepEqual(liveCalls(tokens, ["A"], T0 + 59_000).map((one) => one.label), ["N1", "N3"]);
  assert.deepEqual(liveCalls(tokens, ["A"], T0 + 61_000).map((one) => one.label), ["N3"]);
});

test("a call is announced once, and once more for each time it is called again", () => {
  const announcer = new Announcer(["A"]);
  assert.equal(announcer.hears(token("N1"), T0), true);
  assert.equal(announcer.hears(token("N1"), T0), false);
  assert.equal(announcer.hears(token("N1", { calls: 2 }), T0), true);
});

test("what was called before the board began is not announced", () => {
  const announcer = new Announcer(["A"]);
  announcer.begin([token("N1")]);
  assert.equal(announcer.hears(token("N1"), T0), false);
});

test("an old call, a served one and one of another zone are not announced", () => {
  const announcer = new Announcer(["A"]);
  assert.equal(announcer.hears(token("N1"), T0 + 60_000), false);
  assert.equal(announcer.hears(token("N2", { state: "serving" }), T0), false);
  assert.equal(announcer.hears(token("N3", { stage: "B" }), T0), false);
  assert.equal(announcer.hears(null, T0), false);
});

const TV = { width: 1920, height: 1080, inches: 55, distance_m: 10 };

test("a 55-inch board read at ten metres holds four calls of 192 px capitals", () => {
  const { font, room, columns, metres } = sizes(TV, 4);
  assert.equal(Math.round(font * 0.7), 192);
  assert.deepEqual([room, columns, metres], [4, 1, 10]);
});

test("more than four calls take two columns and serve a shorter distance", () => {
  const { room, columns, metres } = sizes(TV, 7);
  assert.equal(columns, 2);
  assert.ok(room >= 7);
  assert.ok(metres < 7 && metres > 4);
});

test("a portrait board keeps its calls inside its width", () => {
  const { font } = sizes({ ...TV, width: 1080, height: 1920 }, 2);
  assert.ok(font * 7 <= 1081);
});

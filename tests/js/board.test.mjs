// The board: which calls it shows, which it announces, and how big.

import assert from "node:assert/strict";
import test from "node:test";

import { Announcer, liveCalls, takenBack } from "../../display/static/board/calls.js";
import { rowScale, sizes } from "../../display/static/board/sizes.js";

const T0 = Date.parse("2026-11-24T04:00:00.000Z");
const at = (seconds) => new Date(T0 + seconds * 1000).toISOString();
const token = (label, more = {}) => ({
  label, stage: "A", state: "called", counter: "A7", call: `e-${label}`, calls: 1, last_called: at(0), ...more,
});

const floor = (epoch, ...tokens) => ({ epoch, tokens: new Map(tokens.map((one) => [one.label, one])) });

test("calls of the zone are shown, newest on top", () => {
  const tokens = [token("N1"), token("N2", { last_called: at(5) }), token("N3", { stage: "B" }), token("N4", { state: "waiting" })];
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
  assert.deepEqual(announcer.loads(floor("e", token("N1")), T0), []);
  assert.equal(announcer.hears(token("N1"), T0), false);
});

test("a floor that is loaded again announces the calls made meanwhile, and one of another epoch none", () => {
  const announcer = new Announcer(["A"]);
  announcer.loads(floor("e", token("N1")), T0);
  const heard = announcer.loads(floor("e", token("N1"), token("N2")), T0);
  assert.deepEqual(heard.map((one) => one.label), ["N2"]);
  assert.deepEqual(announcer.loads(floor("e", token("N2")), T0), []);
  assert.deepEqual(announcer.loads(floor("other", token("N3")), T0), []);
});

test("an undone service or repetition is not announced, a call repeated after it is", () => {
  const announcer = new Announcer(["A"]);
  announcer.hears(token("N1"), T0);
  const again = token("N1", { calls: 2, last_called: at(20) });
  assert.equal(announcer.hears(again, T0 + 20_000), true);
  assert.equal(announcer.hears(token("N1"), T0 + 21_000), false);
  assert.equal(announcer.hears({ ...again, last_called: at(25) }, T0 + 25_000), true);
});

test("a call is taken back when its token waits again or is cancelled, not when it is served or missed", () => {
  const told = (state, was = token("N1")) => takenBack(was, token("N1", { state }), ["A"]);
  assert.deepEqual(["waiting", "cancelled", "serving", "missed", "held"].map((state) => told(state)), [true, true, false, false, false]);
  assert.equal(told("waiting", token("N1", { state: "missed" })), false);
  assert.equal(told("waiting", token("N1", { stage: "B" })), false);
  assert.equal(takenBack(undefined, token("N1", { state: "waiting" }), ["A"]), false);
});

test("what stands at no stage is in no zone", () => {
  const gone = token("N1", { stage: null });
  assert.deepEqual(liveCalls([gone], [null, "A"], T0), []);
  assert.equal(new Announcer(["A"]).hears(gone, T0), false);
  assert.equal(new Announcer(["A"]).hears(token("N1", { last_called: null }), T0), false);
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

test("the calls of a burst keep inside their columns, and a row is a little higher than its capitals", () => {
  const { font, row, room, columns } = sizes(TV, 7);
  assert.ok(font * 7 <= TV.width / columns + 1);
  assert.ok(row > font * 0.7 && row < font);
  assert.equal(room, 2 * Math.floor((TV.height - 112) / row));
  const narrow = sizes({ ...TV, width: 800, distance_m: 40 }, 1);
  assert.ok(narrow.font * 7 <= 801);
  assert.equal(narrow.room, Math.floor((TV.height - 112) / narrow.row));
});

test("calls that are more than fit are written smaller, in one column where the board is no wider than high", () => {
  for (const [width, height, columns] of [[1080, 1920, 1], [1080, 1080, 1], [1920, 1080, 2]]) {
    const few = sizes({ ...TV, width, height }, 1);
    const many = sizes({ ...TV, width, height }, few.room + 1);
    assert.deepEqual([many.columns, many.font <= few.font], [columns, true], `${width} × ${height}`);
  }
  const far = { ...TV, width: 3000, distance_m: 8 };
  assert.ok(Math.abs(sizes(far, 99).font - 0.6 * sizes(far, 1).font) < 1);
});

test("a portrait board keeps its calls inside its width", () => {
  const { font } = sizes({ ...TV, width: 1080, height: 1920 }, 2);
  assert.ok(font * 7 <= 1081);
});

test("one person at one counter is written at full size, a family with its counters smaller", () => {
  assert.equal(rowScale({ label: "N150", party: 1 }, ["AX3"]), 1);
  const family = rowScale({ label: "N150", party: 5 }, ["A7", "A8", "A9"]);
  assert.ok(family < 0.8 && family > 0.5);
  const alone = rowScale({ label: "N150", party: 1 }, ["A7", "A8", "A9"]);
  assert.ok(alone > family);
  assert.ok(rowScale({ label: "N150", party: 12 }, ["A7", "A8", "A9"]) < family);
});

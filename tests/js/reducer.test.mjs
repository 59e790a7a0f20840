// The reducer: what one event does to what a screen knows.

import assert from "node:assert/strict";
import test from "node:test";

import { fromSnapshot, place, reduce } from "../../server/static/live/reducer.js";

const waiting = { id: "t1", label: "N001", state: "waiting", ended: false };
const counter = { id: "A1", stage: "A", state: "open", reason: null };
const snapshot = { centre: "C", epoch: "e", seq: 4, tokens: [waiting], counters: [counter] };
const event = (seq, more) => ({ v: 1, centre: "C", epoch: "e", seq, token: null, counter: null, ...more });

test("a known event changes nothing and is told apart", () => {
  assert.equal(place(fromSnapshot(snapshot), event(4)), "known");
});

test("the next event is next, a later one is a gap", () => {
  const state = fromSnapshot(snapshot);
  assert.equal(place(state, event(5)), "next");
  assert.equal(place(state, event(6)), "gap");
});

test("an event of another epoch is a gap whatever its number", () => {
  assert.equal(place(fromSnapshot(snapshot), event(5, { epoch: "other" })), "gap");
});

test("a changed token replaces the one known", () => {
  const called = { ...waiting, state: "called", counter: "A1" };
  const after = reduce(fromSnapshot(snapshot), event(5, { token: called }));
  assert.deepEqual([...after.tokens.values()], [called]);
  assert.equal(after.seq, 5);
});

test("a finished token leaves the screen", () => {
  const after = reduce(fromSnapshot(snapshot), event(5, { token: { ...waiting, state: "done", ended: true } }));
  assert.equal(after.tokens.size, 0);
});

test("a counter is replaced, and the state before stays as it was", () => {
  const before = fromSnapshot(snapshot);
  const after = reduce(before, event(5, { counter: { ...counter, state: "paused" } }));
  assert.equal(after.counters.get("A1").state, "paused");
  assert.equal(before.counters.get("A1").state, "open");
});

test("the floor stands and goes on by its own events only", () => {
  const running = fromSnapshot({ ...snapshot, frozen: false, notice: null });
  const fire = { kind: "emergency", cause: "fire", since: "2026-11-24T04:00:00.000Z" };
  const stopped = reduce(running, event(5, { frozen: true, notice: fire }));
  assert.deepEqual([stopped.frozen, stopped.notice], [true, fire]);
  assert.deepEqual(reduce(stopped, event(6, { frozen: null, notice: null })).notice, fire);
  assert.equal(reduce(stopped, event(6, { frozen: false, notice: null })).notice, null);
  assert.equal(reduce(stopped, event(6, { frozen: null, counter })).frozen, true);
  assert.equal(reduce(stopped, event(6, { frozen: false })).frozen, false);
  assert.equal(reduce(running, event(5, { frozen: null })).frozen, false);
});

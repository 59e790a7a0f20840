// A page's live floor: the centre's clock and not the device's, and in words whether what is shown is fresh.

import assert from "node:assert/strict";
import test from "node:test";

import { answered, server, setPage, settled } from "./fakes/page.mjs";
import { socket } from "./fakes/socket.mjs";

const NOW = Date.parse("2026-11-24T04:00:00.000Z");
const at = (seconds) => new Date(NOW + seconds * 1000).toISOString();
const elapsed = { ms: 1000 };

// The device believes that it is the year 2001, and nobody sets the clock that measures what has passed.
Date.now = () => Date.parse("2001-01-01T00:00:00.000Z");
performance.now = () => elapsed.ms;
let look;
setPage({ now: at(0) });
globalThis.setInterval = (run, ms) => {
  look = () => run();
  look.ms = ms;
};
const { ahead, asOf, clock, cuts, floor, follow, live, now, over, pictured } = await import("/static/ui/live.js");

const heard = [];
const loads = [];
const hints = [];
let told = at(30);
const requests = server(() => answered({ centre: "PSK", epoch: "e", seq: 3, now: told, ahead_s: 0, frozen: false, tokens: [], counters: [] }));

test("before the server has said anything the time is that of the page, and nothing is live", () => {
  assert.equal(now.value, NOW);
  assert.deepEqual([floor.value, live.value, asOf.value], [null, false, null]);
});

test("the page asks for the floor of its centre, on the socket of the live part and with its own proof", async () => {
  follow((event, before) => heard.push([event, before]), (state) => loads.push(state), (hint) => hints.push(hint));
  assert.equal(socket.path, "/live");
  assert.deepEqual(socket.options.auth, { csrf: "csrf" });
  assert.deepEqual(socket.options.transports, ["websocket", "polling"]);
  socket.connect();
  await settled();
  assert.equal(requests[0].address, "/api/v1/centres/PSK/snapshot");
  assert.deepEqual([floor.value.seq, live.value, loads.length, heard.length], [3, true, 1, 0]);
});

test("what the screen does not wait for any more is not waited for by the browser either", () => {
  assert.equal(requests[0].signal.aborted, true);
});

test("the time is the server's, and goes on by what has passed", () => {
  assert.equal(now.value, NOW + 30_000);
  assert.equal(look.ms, 500);
  elapsed.ms += 500;
  look();
  assert.equal(now.value, NOW + 30_500);
  assert.equal(asOf.value, now.value);
});

test("each heartbeat sets the clock, though the device's own was changed", () => {
  Date.now = () => Date.parse("2040-01-01T00:00:00.000Z");
  elapsed.ms += 3000;
  socket.emit("heartbeat", { centre: "PSK", epoch: "e", seq: 3, now: at(90), ahead_s: 0 });
  look();
  assert.deepEqual([now.value, live.value], [NOW + 90_000, true]);
});

test("an event is handed on once, and changes the floor before", () => {
  const counter = { id: "A1", stage: "A", state: "open", reason: null };
  const event = { v: 1, centre: "PSK", epoch: "e", seq: 4, type: "counter.opened", at: at(91), token: null, counter, frozen: null };
  socket.emit("event", event);
  socket.emit("event", event);
  assert.deepEqual(heard.splice(0), [[event, undefined]]);
  assert.equal(floor.value.counters.get("A1").state, "open");
  assert.equal(loads.length, 1);
});

test("an event comes with its token as it was before, in a catch-up too", async () => {
  const token = (state) => ({ id: "t1", label: "N001", state, stage: "A", ended: state === "done" });
  const events = ["waiting", "called", "serving", "done"].map((state, place) => ({
    v: 1, centre: "PSK", epoch: "e", seq: 5 + place, type: "token.called", at: at(91), token: token(state), counter: null, frozen: null,
  }));
  socket.emit("event", events[0]);
  socket.emit("event", events[1]);
  socket.answer = ({ epoch }) => ({ epoch, seq: 8, events: events.slice(2) });
  socket.emit("connect");
  await settled();
  socket.answer = ({ epoch, after }) => ({ epoch, seq: after, events: [] });
  assert.deepEqual(heard.map(([event, before]) => [event.token.state, before?.state]), [
    ["waiting", undefined], ["called", "waiting"], ["serving", "called"], ["done", "serving"],
  ]);
  assert.equal(floor.value.tokens.size, 0);
});

test("a floor that nobody confirms for nine seconds is not live, says as of when it is, and its picture stands", (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  elapsed.ms += 8999;
  look();
  assert.equal(live.value, true);
  const confirmed = asOf.value;
  assert.equal(pictured.value, now.value);
  elapsed.ms += 1;
  look();
  assert.equal(live.value, false);
  assert.equal(asOf.value, confirmed);
  assert.equal(now.value, confirmed + 1);
  elapsed.ms += 60_000;
  look();
  assert.deepEqual([pictured.value, now.value], [confirmed, confirmed + 60_001]);
});

test("a socket that stands half open is closed, and opened anew", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  assert.equal(socket.connected, false);
  socket.connect();
  await settled();
  look();
  assert.deepEqual([socket.connected, live.value], [true, true]);
  const before = cuts.value;
  elapsed.ms += 9000;
  look();
  assert.deepEqual([socket.connected, live.value], [true, false]);
  elapsed.ms += 1;
  look();
  assert.deepEqual([socket.connected, cuts.value], [false, before + 1]);
  t.mock.timers.tick(2000);
  await settled();
  look();
  assert.equal(live.value, true);
});

test("a page that may not see the floor any more is not live, whatever it hears", () => {
  over.value = true;
  look();
  assert.equal(live.value, false);
  over.value = false;
  look();
  assert.equal(live.value, true);
});

test("a hint is handed on, and a socket that was turned away tries again", (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  socket.emit("hint", { device: "printer-k1" });
  assert.deepEqual(hints, [{ device: "printer-k1" }]);
  socket.connected = false;
  socket.active = true;
  socket.emit("connect_error", new Error("busy"));
  t.mock.timers.tick(5000);
  assert.equal(socket.connected, false);
  socket.active = false;
  const reloaded = [];
  globalThis.location = { reload: () => reloaded.push(1) }; // a screen that is not paired any more shows its code
  socket.emit("connect_error", new Error("unauthenticated"));
  assert.deepEqual(reloaded, [1]);
  t.mock.timers.tick(1999);
  assert.equal(socket.connected, false);
  t.mock.timers.tick(1);
  assert.equal(socket.connected, true);
});

test("a time is told in the zone of the centre", () => {
  assert.equal(clock(NOW), "09:30");
  assert.equal(clock(NOW - 9.5 * 3_600_000), "00:00");
});

test("where the floor's clock is ahead, the time that people are shown is told, also when that changes", () => {
  ahead.value = 3_600_000;
  assert.equal(clock(NOW), "08:30");
  ahead.value = 0;
  assert.equal(clock(NOW), "09:30");
});

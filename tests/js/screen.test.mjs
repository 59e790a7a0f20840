// The screen: lost, late, doubled and foreign events all end in the server's state.

import assert from "node:assert/strict";
import { EventEmitter } from "node:events";
import test from "node:test";

import { Screen } from "../../server/static/live/screen.js";

const counter = (state) => ({ id: "A1", stage: "A", state, reason: null });
const event = (seq, state, epoch = "e") => ({ centre: "C", epoch, seq, token: null, counter: counter(state) });

/** A server in memory: `log` is its history, `answer` can be replaced by a test. */
class Server extends EventEmitter {
  constructor() {
    super();
    this.connected = false;
    this.epoch = "e";
    this.log = [];
    this.watched = 0;
  }

  timeout(ms) {
    this.deadline = ms;
    return { emitWithAck: async (name, asked) => this.answer(asked, name) };
  }

  answer({ epoch, after }) {
    this.watched += 1;
    const known = epoch === this.epoch && after <= this.log.length;
    return known ? { epoch: this.epoch, seq: this.log.length, events: this.log.slice(after) } : { reload: true };
  }

  snapshot() {
    const last = this.log.at(-1);
    return { centre: "C", epoch: this.epoch, seq: this.log.length, tokens: [], counters: last ? [last.counter] : [] };
  }

  commit(state, { send = true } = {}) {
    this.log.push(event(this.log.length + 1, state, this.epoch));
    if (send) this.emit("event", this.log.at(-1));
  }
}

const settled = () => new Promise((done) => setTimeout(done, 5));

async function started({ load } = {}) {
  const server = new Server();
  const clock = { now: 0 };
  const loaded = [];
  const changes = [];
  const told = [];
  const screen = new Screen({
    centre: "C",
    socket: server,
    loadSnapshot: async (signal) => {
      loaded.push(signal);
      return load ? load(server, signal) : server.snapshot();
    },
    onChange: (state, events) => {
      changes.push(...events);
      told.push([state, events]);
    },
    elapsed: () => clock.now,
  });
  screen.start();
  server.emit("connect");
  await settled();
  return { server, screen, changes, told, clock, loaded };
}

const shown = (screen) => screen.state.counters.get("A1")?.state;

test("events are applied in order", async () => {
  const { server, screen } = await started();
  server.commit("open");
  server.commit("paused");
  assert.equal(shown(screen), "paused");
  assert.deepEqual(screen.early, []);
});

test("a lost event is asked for when the next one shows the gap", async () => {
  const { server, screen } = await started();
  server.commit("open", { send: false });
  server.commit("paused");
  await settled();
  assert.equal(screen.state.seq, 2);
  assert.equal(shown(screen), "paused");
});

test("a lost last event is asked for at the heartbeat", async () => {
  const { server, screen } = await started();
  server.commit("open", { send: false });
  server.emit("heartbeat", { centre: "C", epoch: "e", seq: 1 });
  await settled();
  assert.equal(shown(screen), "open");
});

test("an event that comes while the screen catches up is not lost", async () => {
  const { server, screen } = await started();
  server.answer = function (asked) {
    const answer = Server.prototype.answer.call(this, asked);
    this.answer = Server.prototype.answer;
    this.commit("closed");
    return answer;
  };
  server.emit("connect");
  await settled();
  assert.equal(shown(screen), "closed");
});

test("another epoch loads a new snapshot", async () => {
  const { server, screen } = await started();
  server.commit("open");
  server.epoch = "f";
  server.log = [event(1, "closed", "f")];
  server.emit("heartbeat", { centre: "C", epoch: "f", seq: 1 });
  await settled();
  assert.equal(screen.state.epoch, "f");
  assert.equal(shown(screen), "closed");
});

test("a doubled event is shown once", async () => {
  const { server, changes } = await started();
  server.commit("open");
  server.emit("event", server.log[0]);
  assert.equal(changes.length, 1);
});

test("a failed catch-up is tried again", async () => {
  const { server, screen } = await started();
  let refusals = 1;
  server.answer = function (asked) {
    if (refusals-- > 0) throw new Error("no answer in time");
    return Server.prototype.answer.call(this, asked);
  };
  server.commit("open", { send: false });
  server.emit("connect");
  await new Promise((done) => setTimeout(done, 1100));
  assert.equal(shown(screen), "open");
});

test("a catch-up tells what was missed, a first load tells nothing", async () => {
  const { server, changes } = await started();
  server.commit("open", { send: false });
  server.commit("paused", { send: false });
  server.emit("connect");
  await settled();
  assert.deepEqual(changes.map((one) => one.seq), [1, 2]);
});

test("a screen is live only while the server is heard", async () => {
  const { server, screen, clock } = await started();
  assert.equal(screen.live, true);
  clock.now += 8_999;
  assert.equal(screen.live, true);
  clock.now += 1;
  assert.equal(screen.live, false);
  server.emit("heartbeat", { centre: "C", epoch: "e", seq: 0 });
  assert.equal(screen.live, true);
});

/** An answer that the test gives when it likes. */
function later() {
  const given = {};
  given.promise = new Promise((answer, fail) => Object.assign(given, { answer, fail }));
  return given;
}

test("an attempt that ends late does not undo a later one", async () => {
  const { server, screen } = await started();
  const late = later();
  server.answer = () => late.promise;
  server.emit("connect");
  server.answer = Server.prototype.answer;
  server.commit("open", { send: false });
  server.emit("connect");
  await settled();
  assert.equal(screen.state.seq, 1);
  late.answer({ epoch: "e", seq: 0, events: [] });
  await settled();
  assert.equal(screen.state.seq, 1);
  assert.equal(shown(screen), "open");
});

test("an attempt of a connection that is lost says nothing when it ends", async () => {
  const { server, screen, told } = await started();
  const late = later();
  server.answer = () => late.promise;
  server.emit("connect");
  server.emit("disconnect");
  late.answer({ epoch: "e", seq: 1, events: [event(1, "open")] });
  await settled();
  assert.equal(screen.state.seq, 0);
  assert.equal(told.length, 1);
});

test("a failed attempt that was replaced is not tried again", async (t) => {
  const { server } = await started();
  t.mock.timers.enable({ apis: ["setTimeout"] });
  server.answer = () => {
    throw new Error("no answer in time");
  };
  server.emit("connect");
  await turns();
  server.answer = Server.prototype.answer;
  server.emit("connect");
  await turns();
  const { watched } = server;
  t.mock.timers.tick(1000);
  await turns();
  assert.equal(server.watched, watched);
});

test("a snapshot that never comes is given up after four seconds, and asked for again a second later", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  let silent = true;
  const server = new Server();
  const signals = [];
  const screen = new Screen({
    centre: "C",
    socket: server,
    loadSnapshot: (signal) => {
      signals.push(signal);
      return silent ? new Promise(() => {}) : Promise.resolve(server.snapshot());
    },
  });
  screen.start();
  server.emit("connect");
  await turns();
  t.mock.timers.tick(3999);
  await turns();
  assert.deepEqual(signals.map(({ aborted }) => aborted), [false]);
  silent = false;
  t.mock.timers.tick(1);
  await turns();
  assert.deepEqual(signals.map(({ aborted }) => aborted), [true]);
  t.mock.timers.tick(999);
  await turns();
  assert.equal(signals.length, 1);
  t.mock.timers.tick(1);
  await turns();
  assert.equal(signals.length, 2);
  assert.equal(screen.state.seq, 0);
});

test("the socket is asked with a deadline of four seconds, about the centre and the last number", async () => {
  const { server } = await started();
  server.commit("open");
  let asked;
  server.answer = function (question, name) {
    asked = { name, ...question };
    return Server.prototype.answer.call(this, question);
  };
  server.emit("connect");
  await settled();
  assert.deepEqual(asked, { name: "watch", centre: "C", epoch: "e", after: 1 });
  assert.equal(server.deadline, 4000);
});

test("a heartbeat of the number that is shown asks for nothing, and neither does one that is behind", async () => {
  const { server, screen } = await started();
  server.commit("open");
  const { watched } = server;
  for (const seq of [1, 0]) server.emit("heartbeat", { centre: "C", epoch: "e", seq });
  await settled();
  assert.equal(server.watched, watched);
  assert.equal(screen.live, true);
});

test("a heartbeat of another number or epoch does not confirm what is shown", async () => {
  for (const beat of [{ epoch: "e", seq: 1 }, { epoch: "f", seq: 0 }]) {
    const { server, screen, clock } = await started();
    const late = later();
    server.answer = () => late.promise;
    clock.now += 10_000;
    server.emit("heartbeat", { centre: "C", ...beat });
    assert.equal(screen.live, false);
    late.fail(new Error("over"));
    server.emit("disconnect");
  }
});

test("a heartbeat while the screen catches up neither confirms nor begins anew", async () => {
  const { server, screen, clock } = await started();
  const late = later();
  let asked = 0;
  server.answer = () => {
    asked += 1;
    return late.promise;
  };
  server.emit("connect");
  clock.now += 10_000;
  server.emit("heartbeat", { centre: "C", epoch: "e", seq: 0 });
  server.emit("heartbeat", { centre: "C", epoch: "e", seq: 3 });
  assert.deepEqual([asked, screen.live], [1, false]);
  late.answer({ epoch: "e", seq: 0, events: [] });
  await settled();
  assert.equal(screen.live, true);
});

test("an event and a catch-up confirm what is shown", async () => {
  const { server, screen, clock } = await started();
  clock.now += 10_000;
  server.commit("open");
  assert.equal(screen.live, true);
  clock.now += 10_000;
  server.emit("connect");
  await settled();
  assert.equal(screen.live, true);
});

test("an event that is known confirms nothing", async () => {
  const { server, screen, clock } = await started();
  server.commit("open");
  clock.now += 10_000;
  server.emit("event", server.log[0]);
  assert.equal(screen.live, false);
});

test("before the first snapshot nothing is live, and events and heartbeats ask for nothing", async () => {
  const server = new Server();
  const screen = new Screen({ centre: "C", socket: server, loadSnapshot: async () => server.snapshot() });
  screen.start();
  server.emit("event", event(1, "open"));
  server.emit("heartbeat", { centre: "C", epoch: "e", seq: 4 });
  await settled();
  assert.deepEqual([screen.live, screen.state, server.watched], [false, null, 0]);
});

test("a socket that is connected already is asked at once, by the clock that nobody sets", async () => {
  const server = new Server();
  server.connected = true;
  const screen = new Screen({ centre: "C", socket: server, loadSnapshot: async () => server.snapshot() });
  screen.start();
  await settled();
  assert.equal(server.watched, 1);
  assert.ok(performance.now() - screen.heard < 1000);
  assert.equal(screen.live, true);
});

test("a refused watch is tried again, and so is a floor that is old as soon as it is loaded", async (t) => {
  for (const answer of [{ code: "forbidden" }, { reload: true }]) {
    const { server, screen, loaded } = await started();
    t.mock.timers.enable({ apis: ["setTimeout"] });
    let asked = 0;
    server.answer = function (question) {
      asked += 1;
      return asked > 2 ? Server.prototype.answer.call(this, question) : answer;
    };
    server.commit("open", { send: false });
    server.emit("connect");
    await turns();
    const before = loaded.length;
    assert.equal(screen.state.seq, 0);
    for (let seconds = 0; seconds < 2; seconds += 1) {
      t.mock.timers.tick(1000);
      await turns();
    }
    assert.equal(screen.state.seq, 1);
    assert.equal(shown(screen), "open");
    assert.ok(loaded.length - before <= 1);
    t.mock.timers.reset();
  }
});

test("a floor that was loaded again tells no events, though some came between", async () => {
  const { server, changes, told } = await started();
  server.epoch = "f";
  server.log = [event(1, "open", "f")];
  server.snapshot = function () {
    const snapshot = Server.prototype.snapshot.call(this);
    this.commit("closed", { send: false });
    this.snapshot = Server.prototype.snapshot;
    return snapshot;
  };
  server.emit("connect");
  await settled();
  assert.deepEqual(changes, []);
  assert.deepEqual([told.at(-1)[0].seq, told.at(-1)[1]], [2, []]);
});

test("a first load tells no events, though some came between", async () => {
  let first = true;
  const { screen, told } = await started({
    load: (server) => {
      const snapshot = server.snapshot();
      if (first) server.commit("open", { send: false });
      first = false;
      return snapshot;
    },
  });
  assert.deepEqual([screen.state.seq, told.length, told[0][1]], [1, 1, []]);
});

test("an event that a catch-up tells again is not told on", async () => {
  const { server, screen, changes } = await started();
  server.commit("open");
  server.answer = () => ({ epoch: "e", seq: 2, events: [...server.log, event(2, "paused")] });
  server.emit("connect");
  await settled();
  assert.deepEqual(changes.map(({ seq }) => seq), [1, 2]);
  assert.equal(screen.state.seq, 2);
});

test("events that came early are applied once, after what was missed", async () => {
  const { server, screen, changes } = await started();
  const late = later();
  server.answer = () => late.promise;
  server.emit("connect");
  server.commit("open");
  server.commit("paused");
  server.answer = Server.prototype.answer;
  late.answer({ epoch: "e", seq: 1, events: [server.log[0]] });
  await settled();
  assert.deepEqual(changes.map(({ seq }) => seq), [1, 2]);
  assert.equal(shown(screen), "paused");
});

test("what came early in an attempt that was replaced is forgotten", async () => {
  const { server, screen } = await started();
  const late = later();
  server.answer = () => late.promise;
  server.emit("connect");
  server.emit("event", event(7, "paused"));
  server.answer = Server.prototype.answer;
  server.emit("connect");
  await settled();
  assert.deepEqual([screen.state.seq, screen.early.length, screen.syncing], [0, 0, false]);
});

/** Let everything happen that waits for nothing but its turn, whatever the timers are. */
async function turns() {
  for (let turn = 0; turn < 20; turn += 1) await new Promise((done) => setImmediate(done));
}

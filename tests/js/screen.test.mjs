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

  timeout() {
    return { emitWithAck: async (_name, asked) => this.answer(asked) };
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

async function started() {
  const server = new Server();
  const clock = { now: 0 };
  const changes = [];
  const screen = new Screen({
    centre: "C",
    socket: server,
    loadSnapshot: async () => server.snapshot(),
    onChange: (state, events) => changes.push(...events),
    elapsed: () => clock.now,
  });
  screen.start();
  server.emit("connect");
  await settled();
  return { server, screen, changes, clock };
}

const shown = (screen) => screen.state.counters.get("A1")?.state;

test("events are applied in order", async () => {
  const { server, screen } = await started();
  server.commit("open");
  server.commit("paused");
  assert.equal(shown(screen), "paused");
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
  clock.now += 9_999;
  assert.equal(screen.live, true);
  clock.now += 1;
  assert.equal(screen.live, false);
  server.emit("heartbeat", { centre: "C", epoch: "e", seq: 0 });
  assert.equal(screen.live, true);
});

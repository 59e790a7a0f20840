// The phone's status: the newest truth stands, whatever order the answers come in.

import assert from "node:assert/strict";
import test from "node:test";

import { Follower } from "../../display/static/phone/follower.js";
import { answered, LOST, server } from "./fakes/page.mjs";

const status = (state, more = {}) => ({ label: "N001", state, as_of: "2026-11-24T04:00:00.000Z", ended: false, ...more });

/** A follower whose questions are answered one by one, by the test. */
function following(state = "waiting") {
  const open = [];
  const follower = new Follower("/api/v1/status/s", status(state), (address, options) =>
    new Promise((answer, fail) => open.push({ address, options, answer, fail })),
  );
  return { follower, open };
}

test("the status is what the page brought, until an answer brings a newer one", async () => {
  const { follower, open } = following();
  assert.equal(follower.status.state, "waiting");
  const asked = follower.ask();
  assert.equal(open[0].address, "/api/v1/status/s");
  open[0].answer(answered(status("called"), 200, { ETag: '"a"' }));
  await asked;
  assert.equal(follower.status.state, "called");
});

test("an answer that was asked for before a command does not stand over what the command made", async () => {
  const { follower, open } = following();
  const asked = follower.ask();
  follower.take(status("paused"));
  open[0].answer(answered(status("waiting")));
  await asked;
  assert.equal(follower.status.state, "paused");
});

test("an answer that was asked for before a command whose end nobody knows does not stand", async () => {
  const { follower, open } = following();
  const asked = follower.ask();
  follower.take(null);
  open[0].answer(answered(status("called")));
  await asked;
  assert.equal(follower.status.state, "waiting");
  const again = follower.ask();
  open[1].answer(answered(status("paused")));
  await again;
  assert.equal(follower.status.state, "paused");
});

test("of two questions the later one stands, though its answer came first", async () => {
  const { follower, open } = following();
  const [early, late] = [follower.ask(), follower.ask()];
  open[1].answer(answered(status("called")));
  await late;
  open[0].answer(answered(status("waiting")));
  await early;
  assert.equal(follower.status.state, "called");
});

test("a question that failed late says nothing when a newer answer is there", async () => {
  const { follower, open } = following();
  const [early, late] = [follower.ask(), follower.ask()];
  open[1].answer(answered(status("called")));
  await late;
  open[0].fail(LOST);
  await early;
  assert.equal(follower.failures, 0);
});

test("what has not changed is not sent again, and confirms what is known", async () => {
  const { follower, open } = following();
  const first = follower.ask();
  assert.equal(open[0].options.headers, undefined);
  open[0].answer(answered(status("called"), 200, { ETag: '"a"' }));
  await first;
  const lost = follower.ask();
  open[1].fail(LOST);
  await lost;
  assert.equal(follower.failures, 1);
  const second = follower.ask();
  assert.deepEqual(open[2].options.headers, { "If-None-Match": '"a"' });
  open[2].answer(answered(null, 304));
  await second;
  assert.deepEqual([follower.status.state, follower.failures, follower.etag], ["called", 0, '"a"']);
});

test("what has not changed is what was known when it was asked for, not what came meanwhile", async () => {
  const { follower, open } = following();
  const first = follower.ask();
  open[0].answer(answered(status("waiting"), 200, { ETag: '"a"' }));
  await first;
  const [early, late] = [follower.ask(), follower.ask()];
  open[1].answer(answered(status("called"), 200, { ETag: '"b"' }));
  await early;
  open[2].answer(answered(null, 304));
  await late;
  assert.deepEqual([follower.status.state, follower.etag], ["waiting", '"a"']);
});

test("after a command the whole status is asked for", async () => {
  const { follower, open } = following();
  const first = follower.ask();
  open[0].answer(answered(status("called"), 200, { ETag: '"a"' }));
  await first;
  follower.take(status("paused"));
  const second = follower.ask();
  assert.equal(open[1].options.headers, undefined);
  open[1].answer(answered(status("paused")));
  await second;
});

test("the page says that it may be old after a question without an answer, and not after the next answer", async () => {
  const { follower, open } = following();
  assert.equal(follower.lost, false);
  for (const [n, answer] of [["fail", LOST], ["answer", answered({}, 500)]].entries()) {
    const asked = follower.ask();
    open[n][answer[0]](answer[1]);
    await asked;
    assert.equal(follower.lost, true);
  }
  assert.equal(follower.status.state, "waiting");
  follower.take(status("paused"));
  assert.equal(follower.lost, false);
});

test("a server that answers no more is told within ten seconds", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const { follower, open } = following();
  const asked = follower.ask();
  open[0].options.signal.addEventListener("abort", () => open[0].fail(new Error("aborted")));
  const left = 10_000 - follower.pause(false) - 500;
  t.mock.timers.tick(left - 1);
  assert.equal(open[0].options.signal.aborted, false);
  t.mock.timers.tick(1);
  await asked;
  assert.equal(follower.lost, true);
});

test("a called token is asked for more often, a page that nobody sees less, and a lost server less and less", () => {
  const { follower } = following();
  assert.deepEqual([follower.pause(false), follower.pause(true)], [5000, 20_000]);
  follower.take(status("called"));
  assert.deepEqual([follower.pause(false), follower.pause(true)], [2000, 20_000]);
  follower.status = { ...follower.status, state: "done", ended: true };
  assert.equal(follower.pause(false), 20_000);
  const pauses = [1, 2, 4, 9].map((failures) => {
    follower.failures = failures;
    return follower.pause(true);
  });
  assert.deepEqual(pauses, [5000, 10_000, 20_000, 20_000]);
});

test("an answer without a mark is taken over too, and the next question asks for the whole", async () => {
  const requests = server(answered(status("called")));
  const follower = new Follower("/api/v1/status/s", status("waiting"));
  await follower.ask();
  assert.deepEqual([follower.status.state, follower.etag], ["called", ""]);
  await follower.ask();
  assert.deepEqual(requests.map(({ address, headers }) => [address, headers]), [["/api/v1/status/s", {}], ["/api/v1/status/s", {}]]);
});

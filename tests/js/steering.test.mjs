// The manager's levers: done one after the other, taken back, and not pulled on an old picture of the floor.

import assert from "node:assert/strict";
import test, { beforeEach } from "node:test";

import { answered, LOST, refused, server, setPage } from "./fakes/page.mjs";

setPage({ role: "manager", user: "meera" });
const { live } = await import("/static/ui/live.js");
const { end, notice, pull, takeBack, takeOver, tell, undo } = await import("/manager/static/steering.js");

const commands = (requests) => requests.filter(({ method }) => method === "POST").map(({ address, body }) => [address.replace("/api/v1/centres/PSK/", ""), body]);

beforeEach(() => {
  [live.value, undo.value, notice.value] = [true, null, ""];
});

test("a lever is pulled at each counter, and taken back at each", async () => {
  const requests = server(answered({}));
  await pull("close", ["A1", "A2"], "absent");
  const rest = { reason: "absent", after_current: true };
  assert.deepEqual(commands(requests), [["counters/A1/close", rest], ["counters/A2/close", rest]]);
  assert.deepEqual(undo.value, { verb: "open", counters: ["A1", "A2"] });
  requests.length = 0;
  await takeBack();
  assert.deepEqual(commands(requests), [["counters/A1/open", {}], ["counters/A2/open", {}]]);
  assert.equal(undo.value, null);
});

test("a token that was moved is called back, and both counters are open again", async () => {
  const requests = server(answered({}));
  await takeOver("N001", "A1", "A2");
  await takeBack();
  assert.deepEqual(commands(requests), [
    ["counters/A1/take-over", { to: "A2" }], ["counters/A1/open", {}], ["counters/A2/take-over", { to: "A1" }], ["counters/A2/open", {}],
  ]);
  assert.equal(undo.value, null);
});

test("a lever acts on no old picture: the manager is told, and what can be taken back stays", async () => {
  server(answered({}));
  await pull("open", ["A1"]);
  const requests = server(answered({}));
  live.value = false;
  for (const act of [() => pull("close", ["A2"]), () => takeOver("N001", "A1", "A2"), () => tell("emergency", "fire"), () => end("pause"), takeBack]) {
    notice.value = "";
    await act();
    assert.equal(notice.value, "No connection. Please try again.");
  }
  assert.deepEqual(requests, []);
  assert.deepEqual(undo.value, { verb: "close", counters: ["A1"] });
});

test("what is refused is told, ends the rest, and is not offered to be taken back", async () => {
  for (const [failure, text] of [
    [refused(409, "counter_busy"), "This counter has somebody already."],
    [refused(409, "counter_not_open"), "This counter is not open."],
    [refused(409, "no_current_token"), "Nobody is at this counter now."],
    [refused(409, "centre_frozen"), "The floor is stopped. Nobody is called or missed."],
    [refused(403, "forbidden"), "Refused: forbidden."],
    [LOST, "No answer. Please look at the floor."],
  ]) {
    const requests = server(failure);
    await pull("close", ["A1", "A2"]);
    assert.equal(notice.value, text);
    assert.deepEqual([...new Set(commands(requests).map(([path]) => path))], ["counters/A1/close"]);
    assert.equal(undo.value, null);
  }
});

// Requests: a lost answer is asked for again and changes nothing twice, a refusal is told, nothing waits for ever.

import assert from "node:assert/strict";
import test from "node:test";

import { answered, LOST, refused, server, setPage } from "./fakes/page.mjs";

setPage();
const { command, keysOfOrders, mayBeDone, newKey, NoAnswer, read, Refusal } = await import("/static/ui/http.js");

const keys = (requests) => new Set(requests.map(({ key }) => key));

test("a lost answer is asked for again under the same key and with the same body", async () => {
  const requests = server(LOST, LOST, answered({ id: 7 }));
  assert.deepEqual(await command("/do", { a: 1 }), { id: 7 });
  assert.equal(requests.length, 3);
  assert.equal(keys(requests).size, 1);
  assert.deepEqual(requests.map(({ body }) => body), [{ a: 1 }, { a: 1 }, { a: 1 }]);
});

test("a server that is too busy is asked again under the same key", async () => {
  const requests = server(refused(503, "unavailable"), answered({ id: 7 }));
  assert.deepEqual(await command("/do", {}), { id: 7 });
  assert.equal(requests.length, 2);
  assert.equal(keys(requests).size, 1);
});

test("two commands have two keys, and each is long enough not to be met by chance", async () => {
  const requests = server(answered({}));
  await command("/do", {});
  await command("/do", {});
  assert.equal(keys(requests).size, 2);
  for (const key of keys(requests)) assert.match(key, /^[0-9a-f]{32}$/);
  assert.notEqual(newKey(), newKey());
});

test("a command can be given the key and the number of its tries", async () => {
  const requests = server(LOST);
  await assert.rejects(command("/do", {}, { key: "mine", tries: 2 }), NoAnswer);
  assert.deepEqual(requests.map(({ key }) => key), ["mine", "mine"]);
});

test("after three lost answers nobody knows whether it was done", async () => {
  const requests = server(LOST);
  await assert.rejects(command("/do", {}), (error) => {
    assert.ok(error instanceof NoAnswer);
    assert.equal(error.code, "no_answer");
    assert.equal(error.details, null);
    assert.match(error.message, /Failed to fetch/);
    return mayBeDone(error);
  });
  assert.equal(requests.length, 3);
});

test("a refusal is told with all that stands in it, and is not asked for again", async () => {
  const requests = server(refused(409, "queue_empty", { stage: "A" }));
  await assert.rejects(command("/do", {}), (error) => {
    assert.ok(error instanceof Refusal);
    assert.deepEqual([error.code, error.message, error.details.stage], ["queue_empty", "Refused: queue_empty.", "A"]);
    return !mayBeDone(error);
  });
  assert.equal(requests.length, 1);
});

test("only a lost answer or a fault of the server leaves open whether a command was done", () => {
  const problem = (status) => new Refusal({ type: "", title: "", status, code: "c", detail: "" });
  assert.deepEqual([mayBeDone(new NoAnswer("")), mayBeDone(problem(500)), mayBeDone(problem(503))], [true, true, true]);
  assert.deepEqual([mayBeDone(problem(409)), mayBeDone(new Error("")), mayBeDone(null)], [false, false, false]);
});

test("a read has no key and no body, a command says what it sends, and both prove whose page they come from", async () => {
  const requests = server(answered({ here: true }));
  assert.deepEqual(await read("/look"), { here: true });
  await command("/do", { a: 1 });
  const { signal: _, ...look } = requests[0];
  assert.deepEqual(look, { address: "/look", method: "GET", body: undefined, key: undefined, headers: { Accept: "application/json", "X-CSRF-Token": "csrf" } });
  assert.equal(requests[1].method, "POST");
  assert.equal(requests[1].headers["Content-Type"], "application/json");
  assert.equal(requests[1].headers["X-CSRF-Token"], "csrf");
});

test("an answer that is no JSON is no answer", async () => {
  server(new Response("<html>", { status: 502 }));
  await assert.rejects(read("/look"), NoAnswer);
});

/** A server that takes the request and never answers. */
function silence() {
  const aborted = [];
  globalThis.fetch = (address, { signal, cache }) =>
    new Promise((_, reject) => {
      assert.equal(cache, "no-store");
      signal.addEventListener("abort", () => {
        aborted.push(address);
        reject(new Error("aborted"));
      });
    });
  return aborted;
}

test("an answer that never comes is given up after five seconds", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const aborted = silence();
  const failure = assert.rejects(read("/look"), NoAnswer);
  t.mock.timers.tick(4999);
  assert.deepEqual(aborted, []);
  t.mock.timers.tick(1);
  await failure;
  assert.deepEqual(aborted, ["/look"]);
});

test("a read ends when its reader does not want it any more", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const aborted = silence();
  const wanted = new AbortController();
  const failure = assert.rejects(read("/look", { signal: wanted.signal }), NoAnswer);
  wanted.abort();
  await failure;
  assert.deepEqual(aborted, ["/look"]);
});

test("no timer is left behind by an answer", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  let signal;
  globalThis.fetch = async (_, options) => {
    signal = options.signal;
    return answered({});
  };
  await read("/look");
  t.mock.timers.tick(60_000);
  assert.equal(signal.aborted, false);
});

test("an order that is sent once more has its key, and another order another", () => {
  const keyOf = keysOfOrders();
  const first = keyOf({ service: "PCC", party: 2 });
  assert.match(first, /^[0-9a-f]{32}$/);
  assert.equal(keyOf({ service: "PCC", party: 2 }), first);
  const second = keyOf({ service: "PCC", party: 3 });
  assert.notEqual(second, first);
  assert.notEqual(keyOf({ service: "PCC", party: 2 }), first);
  assert.notEqual(keysOfOrders()({ service: "PCC", party: 2 }), first);
});

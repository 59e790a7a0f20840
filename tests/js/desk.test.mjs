// The console beside its server: keys that act once, on what is so, and not at all while nobody knows what is so.

import assert from "node:assert/strict";
import test, { beforeEach } from "node:test";

import { answered, LOST, refused, server, session, setPage, settled, watched } from "./fakes/page.mjs";
import { socket } from "./fakes/socket.mjs";

setPage({
  role: "counter", user: "asha", undo_min: 5, services: [{ code: "NORMAL", name: { en: "Passport" } }], needs: {}, access: [],
  references: [], outcomes: { A: { ok: "ok", outcomes: ["ok", "error", "refused"], ending: ["refused"] } }, clocks: {}, printers: {}, out_of_order: [], tail: 4, better: { N: ["F"], F: [] },
  reasons: { relative_age: "next: its limit of {target} min is nearest", language: "next: you speak its language" },
});
const { live, now } = await import("/static/ui/live.js");
const commands = await import("/counter/static/commands.js");
const seating = await import("/counter/static/seating.js");
const { onKey } = await import("/counter/static/keyboard.js");
const { why } = await import("/counter/static/phrases.js");
const state = await import("/counter/static/state.js");

/** Where a tab keeps who sat where. */
const SEAT = "baari-seat";
const staff = { series: "N", service: "NORMAL", then: [], access: [], issued_at: "2026-11-24T03:50:00.000Z" };
const token = (id, more = {}) => ({
  id, label: id, party: 1, state: "waiting", stage: "A", counter: null, beside: [], call: null, calls: 0, last_called: null, ended: false, staff, ...more,
});
const called = (id, more = {}) => token(id, { state: "called", counter: "A1", call: "c", calls: 1, ...more });
let seq = 0;

/** The server tells a change. */
function tell(more) {
  socket.emit("event", { v: 1, centre: "PSK", epoch: "e", seq: (seq += 1), type: "token.called", token: null, counter: null, frozen: null, notice: null, ...more });
}

/** Let the clerk sit at A1, which is open, with these tokens on the floor. */
async function sitting(...tokens) {
  seq += 1;
  const counters = ["A1", "A2"].map((id) => ({ id, stage: "A", state: "open", reason: null }));
  const answers = {
    snapshot: { centre: "PSK", epoch: "e", seq, now: "2026-11-24T04:00:00.000Z", frozen: false, notice: null, tokens, counters },
    claims: { claims: [] },
    notice: { notice: null, flags: [], frozen: false, freezes: [] },
  };
  server((address) => answered(answers[address.split("/").at(-1)] ?? {}));
  socket.answer = ({ epoch, after }) => (epoch === "e" && after === seq ? { epoch, seq, events: [] } : { reload: true });
  socket.connect();
  state.counter.value = "A1";
  await settled();
  assert.equal(live.value, true);
  socket.watched.length = 0;
}

function press(key, target = { matches: () => false }, more = {}) {
  const event = { key, target, prevented: false, preventDefault: () => (event.prevented = true), ...more };
  onKey(event);
  return event.prevented;
}

const sent = (requests) => requests.filter(({ method }) => method === "POST");
const paths = (requests) => requests.map(({ address }) => address.replace("/api/v1/", ""));

state.begin();
beforeEach(() => {
  watched.line = false;
  state.closePanel();
  state.line.value = null;
});

test("a key sends its verb with what the screen shows", async () => {
  await sitting(called("N1"));
  const requests = server(answered({ token: called("N1", { state: "serving" }) }));
  assert.equal(press("s"), true);
  await settled();
  assert.deepEqual(paths(requests)[0], "centres/PSK/counters/A1/start");
  assert.deepEqual(requests[0].body, { token: "N1", state: "called" });
  assert.equal(state.current.value.state, "serving");
});

test("a lost answer of a key is asked for again under its key, so that it acts once", async () => {
  await sitting(called("N1"));
  const requests = server(LOST, answered({ token: called("N1", { state: "serving" }) }));
  press("s");
  await settled();
  assert.equal(requests[0].key, requests[1].key);
  assert.deepEqual(requests[0].body, requests[1].body);
  assert.equal(state.refusal.value, null);
});

test("keys pressed one after the other without a pause mean what those before them have made", async () => {
  await sitting(called("N1"));
  const requests = server(answered({ token: called("N1", { state: "serving" }) }), answered({ token: token("N1", { state: "done", ended: true }) }));
  press("s");
  press("d");
  await settled();
  assert.deepEqual(paths(requests).slice(0, 2), ["centres/PSK/counters/A1/start", "centres/PSK/counters/A1/finish"]);
  assert.deepEqual(requests[1].body, { token: "N1", state: "serving" });
});

test("no key acts while the server is away, not even to open a panel, and the clerk is told", async () => {
  await sitting(called("N1"));
  const requests = server(answered({}));
  live.value = false;
  for (const key of ["s", "c", "u", "g", "Enter"]) {
    state.closePanel();
    assert.equal(press(key), true, key);
    assert.equal(state.refusal.value.code, "offline", key);
    assert.equal(state.panel.value, null, key);
  }
  await settled();
  assert.deepEqual(requests, []);
});

test("a command that waited for its turn is not sent when the server has gone meanwhile", async () => {
  await sitting(called("N1"));
  let answer;
  const requests = server(() => new Promise((done) => (answer = done)), answered({}));
  press("s");
  press("d");
  await settled();
  live.value = false;
  answer(answered({ token: called("N1", { state: "serving" }) }));
  await settled();
  assert.deepEqual(paths(requests), ["centres/PSK/counters/A1/start"]);
  assert.equal(state.refusal.value.code, "offline");
});

test("a panel that was open when the server went away sends nothing and stays open", async () => {
  await sitting(called("N1"));
  const requests = server(answered({}));
  state.show("transfer", state.current.value);
  live.value = false;
  await commands.transfer(state.current.value, { stage: "A" });
  assert.deepEqual(requests, []);
  assert.deepEqual([state.panel.value.name, state.refusal.value.code], ["transfer", "offline"]);
});

test("a key on an old picture is refused, and the screen asks for the floor again", async () => {
  await sitting(called("N1"));
  server(refused(409, "stale", { current: { label: "N1", state: "serving" } }));
  press("s");
  await settled();
  assert.equal(state.refusal.value.text, "N1 is being served already. The key did nothing.");
  assert.deepEqual(socket.watched, [{ centre: "PSK", epoch: "e", after: seq }]);
});

test("any other refusal is told, and the floor is not asked for", async () => {
  await sitting();
  server(refused(409, "queue_empty"));
  press("n");
  await settled();
  assert.deepEqual([state.refusal.value.text, socket.watched], ["Nobody is waiting.", []]);
  press("Escape");
  assert.equal(state.refusal.value, null);
});

test("the token of an answer is here at once, and what the floor tells after it stands", async () => {
  await sitting(token("N1"));
  server(answered({ call: { id: "c", token: called("N1"), counter: "A1", reason: {} } }));
  press("n");
  await settled();
  assert.equal(state.current.value?.id, "N1");
  tell({ token: called("N1", { state: "serving" }) });
  assert.equal(state.current.value.state, "serving");
});

test("an answer that comes after a newer event does not stand over it", async () => {
  await sitting(called("N1"));
  let answer;
  server(() => new Promise((done) => (answer = done)));
  press("r");
  await settled();
  tell({ token: called("N1", { state: "serving", calls: 2 }) });
  answer(answered({ token: called("N1", { calls: 2 }) }));
  await settled();
  assert.equal(state.current.value.state, "serving");
});

test("a digit ends the service in another way, and only where a service can end", async () => {
  await sitting(called("N1", { state: "serving" }));
  const requests = server(answered({ token: token("N1", { state: "done", ended: true }) }));
  assert.equal(press("1"), true);
  await settled();
  assert.deepEqual(requests[0].body, { token: "N1", state: "serving", outcome: "error" });
  await sitting(called("N1", { state: "serving" }));
  assert.deepEqual([press("3"), press("q")], [false, false]);
  await sitting(called("N1"));
  assert.equal(press("1"), false);
});

test("an outcome that ends the visit is asked about first, and means the token of then", async () => {
  await sitting(called("N1", { state: "serving" }));
  const requests = server(answered({ token: token("N1", { state: "done", ended: true }) }));
  press("2");
  await settled();
  assert.deepEqual([requests, state.panel.value.name, state.panel.value.token.id], [[], "ending", "N1"]);
  const { confirm } = await import("/counter/static/outcome.js");
  const meant = state.panel.value.token;
  await sitting(called("N2", { state: "serving" }));
  const confirmed = server(refused(409, "stale", { current: { label: "N2", state: "serving" } }));
  confirm(meant);
  await settled();
  assert.deepEqual(confirmed[0].body, { token: "N1", state: "serving", outcome: "refused" });
  assert.equal(state.panel.value, null);
});

test("a key means what stands in its place, under every layout", async () => {
  for (const key of ["ल", "т", "ν", "Ｎ", "ｎ", "Process"]) {
    await sitting();
    const requests = server(answered({ call: { id: "c", token: called("N1"), counter: "A1", reason: {} } }));
    assert.equal(press(key, undefined, { code: "KeyN" }), true, key);
    await settled();
    assert.equal(paths(requests)[0], "centres/PSK/counters/A1/call-next", key);
  }
});

const { scanned } = await import("/counter/static/scanned.js");

test("a code that is scanned at a counter does nothing of itself: an appointment is offered, anything else is told", async () => {
  await sitting(called("N1", { state: "serving" }));
  const requests = server(answered({}));
  scanned(["20-1004567890"]);
  assert.deepEqual([state.panel.value.name, state.scannedReference.value.text], ["issue", "20-1004567890"]);
  scanned(["MH1234567890ABCD"]);
  assert.deepEqual([state.panel.value.name, state.scannedReference.value.text], ["issue", "MH1234567890ABCD"]);
  state.closePanel();
  assert.equal(state.scannedReference.value.text, "");
  scanned(["]E08901030865278"]);
  assert.equal(state.refusal.value.text, "This code is not an appointment.");
  state.show("transfer", state.current.value);
  scanned(["20-1004567890"]);
  assert.deepEqual([state.panel.value.name, state.refusal.value.code], ["transfer", "panel_open"]);
  await settled();
  assert.deepEqual(requests, []);
});

test("what is scanned goes into the panel that asks for it: a letter for an appointment, a slip for the second token", async () => {
  await sitting(called("N1", { state: "serving" }));
  state.show("attach", state.current.value);
  scanned(["20-1004567890"]);
  assert.deepEqual([state.panel.value.name, state.scannedReference.value.text], ["attach", "20-1004567890"]);
  state.show("merge", state.current.value);
  const requests = server(answered({ label: "N7", state: "missed" }));
  scanned(["https://seva.example/t/DMfnBfOqebdx"]);
  await settled();
  assert.deepEqual([state.second.value, sent(requests)], ["N7", []]);
  state.closePanel();
  assert.equal(state.second.value, "");
});

test("an appointment that was imported later is known by its token once the import is told", async () => {
  await sitting(called("N1"));
  const booking = { id: 3, tail: "7890", slot: null, service: "NORMAL", need: null, klass: "N", cancelled: false, checked_in: false, label: null };
  server((address) => answered(address.endsWith("/claims") ? { claims: [{ token: called("N1"), booking }] } : {}));
  tell({ type: "bookings.taken" });
  await settled();
  assert.deepEqual([...state.claims.value], [["N1", booking]]);
  server(LOST);
  tell({ type: "bookings.taken" });
  await settled();
  assert.equal(state.claims.value.size, 1);
});

test("two tokens become one, and an appointment is given, at this counter", async () => {
  await sitting(called("N1"), token("N2"));
  const requests = server(answered({ token: called("N1") }));
  await commands.merge(token("N2"), called("N1"));
  await commands.attach(called("N1"), { booking: 3 });
  const bodies = sent(requests).map(({ address, body }) => [address.split("/").slice(-2).join("/"), body]);
  assert.deepEqual(bodies, [["N2/merge", { into: "N1", counter: "A1" }], ["N1/attach", { booking: 3, counter: "A1" }]]);
});

test("a code is not lost without a word while nobody sits, nor while the server is away", async () => {
  await sitting();
  state.counter.value = null;
  scanned(["20-1004567890"]);
  assert.deepEqual([state.refusal.value.code, state.panel.value], ["no_seat", null]);
  live.value = false;
  scanned(["https://seva.example/t/DMfnBfOqebdx"]);
  assert.equal(state.refusal.value.code, "offline");
});

test("a slip that is scanned at a counter tells where its owner is, and lets them come back who were away", async () => {
  await sitting();
  server(answered({ label: "N7", state: "waiting" }));
  scanned(["https://seva.example/t/DMfnBfOqebdx"]);
  await settled();
  assert.equal(state.refusal.value.text, "N7 is in line.");
  const requests = server(answered({ label: "N7", state: "missed" }), answered({ token: token("N7") }));
  scanned(["https://seva.example/t/DMfnBfOqebdx"]);
  await settled();
  assert.deepEqual([paths(requests)[1], requests[1].body], ["centres/PSK/return", { slip: "DMfnBfOqebdx" }]);
  assert.equal(state.refusal.value.text, "N7 is back in line");
  for (const [refusal, text] of [[refused(404, "unknown_token"), "This slip is not known here"], [LOST, "No answer. Please scan again."]]) {
    server(refusal);
    scanned(["https://seva.example/t/DMfnBfOqebdx"]);
    await settled();
    assert.equal(state.refusal.value.text, text);
  }
});

test("a slip that a restore has lost stands at the stage of the counter again, or where its way begins", async () => {
  await sitting();
  const address = "https://seva.example/t/DMfnBfOqebdx.packed.N7.N.NORMAL";
  const slip = "DMfnBfOqebdx.packed.N7.N.NORMAL";
  const stage = state.seat.value.stage;
  const requests = server(refused(404, "unknown_token"), refused(422, "invalid_input"), answered({ token: { label: "N7" } }));
  scanned([address]);
  await settled();
  assert.deepEqual(requests.slice(1).map(({ body }) => body), [{ slip, stage }, { slip }]);
  assert.equal(state.refusal.value.text, "N7 is back in line");
  for (const [code, text] of [["nothing_lost", "This slip is not known here"], ["number_given_again", "N7 was given again"]]) {
    server(refused(404, "unknown_token"), refused(409, code, { label: "N7" }));
    scanned([address]);
    await settled();
    assert.equal(state.refusal.value.text, text);
  }
});

test("Enter is the big button, but on a button it is the button", async () => {
  await sitting(called("N1"));
  const requests = server(answered({ token: called("N1") }));
  assert.equal(press("Enter", { matches: (selector) => selector === "button" }), false);
  assert.equal(press("Enter"), true);
  await settled();
  assert.equal(paths(requests)[0], "centres/PSK/counters/A1/start");
});

test("a counter that only helps is told who does the rest, and nothing is sent", async () => {
  await sitting(called("N1", { counter: "A2", beside: ["A1"] }));
  assert.equal(state.helping.value, true);
  const requests = server(answered({ token: called("N1") }));
  press("h");
  await settled();
  assert.deepEqual([requests, state.refusal.value.code], [[], "nothing_lead"]);
  press("s");
  await settled();
  assert.equal(paths(requests)[0], "centres/PSK/counters/A1/start");
});

test("the only one who is away comes back by one key; with several the clerk chooses; with none it is told", async () => {
  await sitting();
  const requests = server(answered({ token: token("N1") }));
  state.line.value = { away: [token("N1", { state: "missed" })] };
  press("i");
  await settled();
  assert.equal(paths(requests)[0], "centres/PSK/tokens/N1/return");
  assert.deepEqual(requests[0].body, { counter: "A1" });
  state.line.value = { away: [token("N1"), token("N2")] };
  press("i");
  assert.equal(state.refusal.value, null);
  state.line.value = { away: [] };
  press("i");
  assert.equal(state.refusal.value.code, "nothing_away");
});

test("a change of the service and of what is known are two commands, and the second waits for the first", async () => {
  await sitting(called("N1"));
  state.show("change", state.current.value);
  const requests = server(refused(409, "illegal_transition", { state: "done" }));
  await commands.change(state.current.value, "PCC", { party: 2 });
  assert.deepEqual(paths(requests), ["centres/PSK/tokens/N1/correct"]);
  assert.equal(state.panel.value.name, "change");
  const both = server(answered({ token: called("N1") }));
  await commands.change(state.current.value, "PCC", { party: 2 });
  assert.deepEqual(both.slice(0, 2).map(({ body }) => body), [{ service: "PCC", counter: "A1" }, { party: 2, counter: "A1" }]);
  assert.equal(state.panel.value, null);
});

test("an action can be undone as long as the server says, and no longer", async () => {
  await sitting();
  const at = (minutes) => ({ act: 1, kind: "token.called", label: "N1", at: new Date(now.value - minutes * 60_000).toISOString() });
  assert.deepEqual([commands.fresh(at(4.9)), commands.fresh(at(5))], [true, false]);
});

/** The clock of the page is led by the test, so that the line is read when it says. */
async function lineRead(t, act) {
  await new Promise((done) => setTimeout(done, 200)); // what is still to be read of before is read
  watched.line = true;
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const requests = server(answered({ line: [token("N7")], next: { rule: "language", params: {} }, more: 2, claims: [], away: [], held: [], acts: [] }));
  const lines = () => requests.filter(({ address }) => address === "/api/v1/centres/PSK/counters/A1/line").length;
  act();
  t.mock.timers.tick(149);
  await settled();
  assert.equal(lines(), 0);
  t.mock.timers.tick(1);
  await settled();
  t.mock.timers.reset();
  return lines();
}

test("the line is read again, once for a burst, when something of its stage changed", async (t) => {
  await sitting(token("N1"));
  const burst = () => {
    tell({ token: token("N2") });
    tell({ token: token("N3") });
  };
  assert.equal(await lineRead(t, burst), 1);
  assert.deepEqual([state.waiting.value.rows.length, state.waiting.value.next.rule, state.waiting.value.more], [1, "language", 2]);
  for (const [more, times] of [
    [{ token: token("N1", { stage: "B" }) }, 1], // it has left this line
    [{ token: token("N1", { stage: "B", state: "called" }) }, 0],
    [{ token: token("N1", { stage: "A" }) }, 1],
    [{ counter: { id: "B1", stage: "B", state: "open", reason: null } }, 0],
    [{ counter: { id: "A2", stage: "A", state: "closed", reason: null } }, 1],
    [{ type: "notice.set", frozen: true }, 1],
  ]) assert.equal(await lineRead(t, () => tell(more)), times, JSON.stringify(more));
  assert.equal(state.stopped.value, true);
  tell({ type: "notice.lifted", frozen: false });
  assert.equal(state.stopped.value, false);
});

test("the line is read again when the server is back, and not while nobody sits here", async (t) => {
  await sitting();
  const back = () => {
    live.value = false;
    live.value = true;
  };
  assert.equal(await lineRead(t, back), 1);
  assert.equal(await lineRead(t, () => (live.value = false)), 0);
  live.value = true;
  state.counter.value = null;
  assert.equal(await lineRead(t, () => state.refreshLine()), 0);
});

test("a line that cannot be read stays as it was", async (t) => {
  await sitting();
  watched.line = true;
  state.line.value = { line: [token("N1")], more: 0 };
  for (const failure of [LOST, refused(403, "forbidden")]) {
    t.mock.timers.enable({ apis: ["setTimeout"] });
    server(failure);
    state.refreshLine();
    t.mock.timers.tick(150);
    await settled();
    t.mock.timers.reset();
    assert.equal(state.waiting.value.rows[0].id, "N1");
  }
  state.line.value = null;
  assert.deepEqual(state.waiting.value, { rows: [], next: null, more: 0 });
});

test("a printer in trouble is told until it is ready", async () => {
  await sitting();
  socket.emit("hint", { kind: "printer", device: "printer-a", state: "paper_out" });
  assert.equal(state.printer.value.device, "printer-a");
  socket.emit("hint", { kind: "printer", device: "printer-a", state: "ready" });
  assert.equal(state.printer.value, null);
});

test("only a token that is called or served at this counter is here", async () => {
  await sitting(token("N1", { counter: "A1" }), called("N2", { counter: "A2" }), token("N3", { state: "held", counter: "A1" }));
  assert.deepEqual([state.current.value, state.helping.value], [null, false]);
  assert.equal(state.seat.value.id, "A1");
});

test("the ways back act on the token that is meant", async () => {
  await sitting();
  const requests = server(answered({ token: token("N1") }));
  const held = token("N1", { state: "held" });
  commands.undo(7);
  commands.resume(held);
  await commands.missHeld(held);
  assert.deepEqual(requests.filter(({ method }) => method === "POST").map(({ address, body }) => [address.split("/").at(-1), body]), [
    ["undo", { act: 7 }], ["resume", { token: "N1" }], ["miss", { token: "N1", state: "held" }],
  ]);
});

test("the key of undo takes back the first act of the line as it is then, and says which slip comes back", async (t) => {
  await sitting();
  watched.line = true;
  t.after(() => (watched.line = false));
  const acts = [{ act: 9, kind: "token.issued", label: "N14", at: "2026-11-24T04:00:00.000Z" }];
  state.line.value = { acts: [{ act: 8, kind: "token.finished", label: "E47", at: "2026-11-24T04:00:00.000Z" }] };
  const undone = { token: token("N14", { state: "cancelled", ended: true }), take_back: "N14" };
  const requests = server((address) => answered(address.endsWith("/line") ? { acts } : undone));
  press("u");
  await settled();
  assert.deepEqual(requests.filter(({ method }) => method === "POST").map(({ body }) => body), [{ act: 9 }]);
  assert.deepEqual([state.refusal.value.code, state.refusal.value.text], ["take_back", "Take slip N14 back."]);
  server(() => answered({ acts: [] }));
  press("u");
  await settled();
  assert.equal(state.refusal.value.code, "nothing_acts");
});

test("what stands against an undo is told in words", async () => {
  await sitting();
  const later = { label: "E47", kind: "token.called", counter: "B2", act: 12, state: "called" };
  for (const [code, more, text] of [
    ["later_act", later, "E47: Called at B2 since. Undo that first."],
    ["later_act", { ...later, counter: null, kind: "token.returned" }, "E47: Is here again since. Undo that first."],
    ["counter_busy", { counter: "A2", label: "N3" }, "A2 has N3 now. Finish that first."],
    ["day_closed", {}, "The day is closed. A manager can reopen it."],
    ["return_slip_used", { label: "R1" }, "The return slip has brought a token: R1"],
  ]) {
    server(refused(409, code, more));
    await commands.undo(7);
    assert.equal(state.refusal.value.text, text);
  }
});

test("a token is cancelled at this counter, and its panel closes", async () => {
  await sitting(token("N1"));
  state.show("change", token("N1"));
  const requests = server(answered({ token: token("N1", { state: "cancelled", ended: true }) }));
  await commands.cancel(token("N1"));
  assert.deepEqual([requests[0].address, requests[0].body], ["/api/v1/centres/PSK/tokens/N1/cancel", { counter: "A1" }]);
  assert.equal(state.panel.value, null);
});

test("a panel closes when its command was done, and stays when it was refused or another was opened", async () => {
  await sitting(called("N1"));
  const open = () => state.show("choose", state.current.value);
  open();
  const requests = server(answered({ call: { token: called("N1") } }));
  await commands.callOutOfOrder(state.current.value, "unwell");
  assert.deepEqual(requests[0].body, { token: "N1", reason: "unwell" });
  assert.equal(requests[0].address, "/api/v1/centres/PSK/counters/A1/call");
  assert.equal(state.panel.value, null);
  open();
  server(refused(409, "counter_busy"));
  await commands.callOutOfOrder(state.current.value, "unwell");
  assert.deepEqual([state.panel.value.name, state.refusal.value.verb], ["choose", "call"]);
  const transfers = server(answered({ token: token("N1") }));
  const sending = commands.transfer(state.current.value, { stage: "B", returns: true });
  state.show("help");
  await sending;
  assert.deepEqual(transfers[0].body, { token: "N1", state: "called", stage: "B", returns: true });
  assert.equal(state.panel.value.name, "help");
});

test("a panel of a verb opens about the token that is here, and says when nobody is", async () => {
  await sitting(called("N1"));
  press("t");
  await settled();
  assert.deepEqual([state.panel.value.name, state.panel.value.token.id], ["transfer", "N1"]);
  for (const [key, more] of [["s", {}], ["?", {}], ["Escape", {}]]) press(key, undefined, more);
  assert.equal(state.panel.value.name, "transfer");
  await sitting();
  state.closePanel();
  press("c");
  await settled();
  assert.deepEqual([state.panel.value, state.refusal.value.code], [null, "nothing_current"]);
});

test("keys that are held, or belong to the browser, and keys that mean nothing are left alone", async () => {
  await sitting(called("N1"));
  const requests = server(answered({}));
  for (const more of [{ ctrlKey: true }, { altKey: true }, { metaKey: true }, { repeat: true }]) assert.equal(press("s", undefined, more), false);
  for (const key of ["q", "2", "ArrowDown", "Shift"]) assert.equal(press(key), false);
  await settled();
  assert.deepEqual(requests, []);
  press("?");
  assert.deepEqual([state.panel.value.name, state.panel.value.token], ["help", null]);
  state.closePanel();
  state.refusal.value = { code: "c", text: "" };
  press("q");
  assert.equal(state.refusal.value.code, "c");
  state.counter.value = null;
  assert.equal(press("s"), false);
});

test("a token that is given at the desk names the desk and has the key of its order", async () => {
  await sitting();
  const requests = server(answered({ token: { id: "N9", label: "N9" } }));
  assert.equal((await commands.issue({ service: "NORMAL" }, "key-of-the-order")).token.label, "N9");
  assert.equal(requests[0].address, "/api/v1/centres/PSK/tokens");
  assert.deepEqual([requests[0].key, requests[0].body], ["key-of-the-order", { service: "NORMAL", counter: "A1" }]);
});

test("while a command is under way the console knows which", async () => {
  await sitting(called("N1"));
  let answer;
  server(() => new Promise((done) => (answer = done)));
  press("s");
  await settled();
  assert.equal(state.pending.value, "start");
  answer(answered({ token: called("N1") }));
  await settled();
  assert.equal(state.pending.value, null);
});

test("why somebody is next is the server's sentence for the rule, with its figures", () => {
  assert.equal(why({ rule: "relative_age", params: { target_s: 1800 }, text: "" }), "next: its limit of 30 min is nearest");
  assert.equal(why({ rule: "language", params: {}, text: "" }), "next: you speak its language");
  assert.equal(why({ rule: "taken_over", params: {}, text: "" }), "next");
});

test("a seat that another has is told with their name, and the counter stays as it was", async () => {
  await sitting();
  server(refused(409, "counter_taken", { user: "ravi" }));
  await seating.sit("A2");
  assert.deepEqual([state.refusal.value.code, state.refusal.value.counter, state.counter.value], ["counter_taken", "A2", "A1"]);
  server(answered({ counter: "A2", operator: "asha" }));
  await seating.sit("A2", true);
  assert.equal(state.counter.value, "A2");
  assert.deepEqual(JSON.parse(sessionStorage.getItem(SEAT)), { user: "asha", counter: "A2" });
  await seating.leave();
  assert.deepEqual([state.counter.value, sessionStorage.getItem(SEAT)], [null, null]);
});

test("whoever cannot get up is told why, and sits", async () => {
  await sitting();
  server(refused(409, "counter_busy"));
  await seating.leave();
  assert.deepEqual([state.counter.value, state.refusal.value.verb, state.refusal.value.code], ["A1", "leave", "counter_busy"]);
});

test("a page that was loaded anew takes the seat again that the same person had", async () => {
  await sitting();
  const requests = server(answered({ counter: "A2", operator: "asha" }));
  seating.sitAgain();
  await settled();
  assert.deepEqual(sent(requests), []);
  sessionStorage.setItem(SEAT, JSON.stringify({ user: "somebody else", counter: "A2" }));
  seating.sitAgain();
  await settled();
  assert.deepEqual(sent(requests), []);
  sessionStorage.setItem(SEAT, JSON.stringify({ user: "asha", counter: "A2" }));
  state.line.value = { line: [] };
  seating.sitAgain();
  await settled();
  assert.deepEqual(sent(requests).map(({ address, body }) => [address, body])[0], ["/api/v1/centres/PSK/counters/A2/sit", { take_over: false }]);
  assert.deepEqual([state.counter.value, state.line.value], ["A2", null]);
});

const { askSession, ended, seats } = await import("/static/staff/session.js");
const { unseated, unseatedWords } = await import("/counter/static/hindrance.js");

/** The server says this of who is signed in and sits where. */
async function told(answer) {
  session.answer = () => answer;
  await askSession();
}

const seat = (counter, more = {}) => ({ counter, user: "asha", mine: true, token: null, ...more });
const seated = (...all) => answered({ user: "asha", seats: all });

test("a session that has ended, or was replaced by another, is said, and no key acts", async (t) => {
  t.after(() => told(seated(seat("A1"))));
  for (const [refusal, text] of [
    [refused(401, "unauthenticated"), "Your session has ended. Please sign in again."],
    [refused(403, "forbidden", { signed_in: null }), "Your session has ended. Please sign in again."],
    [refused(403, "forbidden", { signed_in: "ravi" }), "ravi is signed in here now."],
  ]) {
    await told(seated(seat("A1")));
    live.value = true;
    await sitting(called("N1"));
    await told(refusal);
    const requests = server(answered({}));
    press("s");
    await settled();
    assert.deepEqual([state.refusal.value.text, sent(requests)], [text, []]);
  }
});

test("a server that is silent, or a right that is missing, says nothing of the session", async () => {
  for (const answer of [LOST, refused(403, "forbidden", { permission: "watch_staff" }), refused(503, "unavailable")]) {
    await told(answer);
    assert.equal(ended.value, null);
  }
});

test("a refusal of a key tells who is signed in, and not that only a manager may", async () => {
  await sitting(called("N1"));
  server(refused(403, "forbidden", { signed_in: "ravi" }));
  press("s");
  await settled();
  assert.equal(state.refusal.value.text, "ravi is signed in here now.");
  server(refused(403, "forbidden", { permission: "call_token" }));
  press("s");
  await settled();
  assert.equal(state.refusal.value.text, "Only a manager can do this.");
});

test("a counter that somebody else has taken, or that was left in another window, is said, and no key acts", async (t) => {
  t.after(() => told(seated(seat("A1"))));
  for (const [all, text, above] of [
    [[seat("A1", { user: "ravi", mine: false })], "Somebody else has taken this counter over.", "ravi has taken over A1."],
    [[seat("A2")], "You sit at A2 now, in another window."],
    [[], "You are not at A1 any more."],
  ]) {
    await sitting(called("N1"));
    await told(seated(...all));
    const requests = server(answered({}));
    press("s");
    await settled();
    assert.deepEqual([state.refusal.value.text, sent(requests), unseatedWords()], [text, [], above ?? text]);
  }
  seating.choose();
  assert.deepEqual([state.counter.value, unseated.value], [null, null]);
});

test("what was asked before somebody sat down says nothing of where they sit now", async () => {
  await sitting();
  session.answer = () => seated();
  const asking = askSession();
  session.answer = () => seated(seat("A2"));
  server(answered({ counter: "A2", operator: "staff:1" }));
  await seating.sit("A2");
  await asking;
  await settled();
  assert.deepEqual([state.counter.value, unseated.value, seats.value], ["A2", null, [seat("A2")]]);
});

test("a line that cannot be read is said, and read again", async (t) => {
  await sitting();
  watched.line = true;
  t.mock.timers.enable({ apis: ["setTimeout"] });
  server(refused(403, "forbidden"));
  state.refreshLine();
  t.mock.timers.tick(150);
  await settled();
  assert.notEqual(state.unread.value, null);
  server(answered({ line: [token("N7")], next: null, more: 0, away: [], held: [], actions: [] }));
  t.mock.timers.tick(2000);
  await settled();
  t.mock.timers.tick(150);
  await settled();
  assert.deepEqual([state.unread.value, state.waiting.value.rows.length], [null, 1]);
});

// The last one: nothing is sent after it.
test("a mistake in the script itself is not taken for a refusal", async () => {
  await told(seated(seat("A1")));
  await sitting();
  server(answered(null));
  await assert.rejects(commands.callOutOfOrder(token("N1"), "unwell"), TypeError);
});

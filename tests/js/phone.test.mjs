// The phone: the one sentence that is true now, and what a citizen can do.

import assert from "node:assert/strict";
import test from "node:test";

import { following, passed, truth } from "../../display/static/phone/words.js";
import { together } from "../../server/static/ui/counters.js";

const t = (text, values = {}) => text.replace(/\{(\w+)\}/g, (all, name) => values[name] ?? all);
const say = { t, tn: (one, many, n) => t(n === 1 ? one : many, { n }), time: (text) => text.slice(11, 16), date: (day) => day, clock: (text) => text.slice(11, 16), day: (text) => text.slice(0, 10), at: ({ counter, beside }) => together(counter ?? "", beside).join(" ") };
const waiting = { state: "waiting", ahead: 2, beside: [], wait: { low_min: 5, high_min: 10 }, visit: { stops: [], low_min: 25, high_min: 40 }, opens_at: null, frozen: false, ended: false, overtaken: null };

test("each state has its sentence", () => {
  const sentences = [
    [{}, "2 people before you"],
    [{ state: "called", counter: "A8", beside: ["A7", "A9"] }, "Go to A7 A8 A9 now"],
    [{ ahead: 0 }, "You are next"],
    [{ ahead: 1 }, "1 person before you"],
    [{ state: "serving", counter: "A7" }, "You are being served at A7"],
    [{ state: "held", counter: "A7" }, "Please stay near A7."],
    [{ state: "paused", until: "2026-11-24T10:42:00.000Z" }, "Back by 10:42; your place is kept."],
    [{ state: "missed" }, "Your turn has passed."],
    [{ state: "called", counter: "A7", frozen: true }, "The centre has stopped; your place is kept."],
    [{ state: "called", counter: "A7", resumes_at: "2026-11-25T09:30:00Z" }, "The centre is closed now; your place is kept."],
    [{ state: "waiting", frozen: true, resumes_at: "2026-11-25T09:30:00Z" }, "The centre is closed now; your place is kept."],
    [{ state: "done", ended: true, resumes_at: "2026-11-25T09:30:00Z" }, "Done. Thank you for coming."],
    [{ state: "refused", ended: true }, "Please come back with the missing papers. Keep your return slip."],
    [{ state: "done", ended: true }, "Done. Thank you for coming."],
    [{ state: "done", ended: true, decision: "granted" }, "Done. Your application is granted."],
    [{ state: "done", ended: true, decision: "deferred" }, "Your application is on hold. Keep your return slip."],
    [{ state: "cancelled", ended: true }, "This token was cancelled."],
    [{ state: "no_show", ended: true }, "The day is over and this token has ended. Ask at the enquiry counter."],
    [{ state: "waiting", until: "2026-11-24T10:42:00.000Z" }, "2 people before you"],
    [{ state: "paused", until: null }, "2 people before you"],
    [{ state: "expired", ended: true }, "The day is over and this token has ended. Ask at the enquiry counter."],
  ];
  for (const [more, sentence] of sentences) assert.equal(truth({ ...waiting, ...more }, say), sentence);
});

test("what follows is the wait, the way back, or the return slip", () => {
  assert.equal(following(waiting, "Gate", say), "Gate: 5–10 min. Whole visit: 25–40 min.");
  assert.equal(following({ ...waiting, visit: { low_min: null, high_min: null } }, "Gate", say), "Gate: 5–10 min.");
  assert.equal(following({ ...waiting, opens_at: "2026-11-24T09:30:00Z" }, "Gate", say), "Counters open at 09:30. Gate: 5–10 min. Whole visit: 25–40 min.");
  for (const more of [{}, { frozen: true }, { state: "called" }, { state: "held" }]) {
    assert.equal(following({ ...waiting, ...more, resumes_at: "2026-11-25T09:30:00Z" }, "Gate", say), "It opens again on 2026-11-25 at 09:30.");
  }
  assert.match(following({ ...waiting, state: "missed" }, "Gate", say), /you get your place back/);
  assert.equal(following({ ...waiting, state: "held" }, "Gate", say), "The counter will go on with you.");
  for (const wait of [{ low_min: null, high_min: null }, { low_min: 3, high_min: null }, { low_min: null, high_min: 3 }]) {
    assert.equal(truth({ ...waiting, ahead: 0, wait }, say), "No counter for this is open now.");
    assert.equal(following({ ...waiting, wait }, "Gate", say), "2 people before you");
    assert.equal(following({ ...waiting, ahead: 0, wait }, "Gate", say), "");
  }
  for (const more of [{ wait: null }, { state: "called" }, { state: "paused" }, { frozen: true }, { frozen: true, state: "held" }]) {
    assert.equal(following({ ...waiting, ...more }, "Gate", say), "");
  }
  assert.equal(following({ ...waiting, ended: true, return_until: "2026-11-27" }, "Gate", say), "Your return slip is good until 2026-11-27.");
  assert.equal(following({ ...waiting, ended: true, return_until: null }, "Gate", say), "");
});

test("being passed is told with its reason, and with a limit only where there is one", () => {
  const calledFirst = { priority: "{label} was called first: priority.", staff: "{label} was called first: staff decided so." };
  const overtaken = { label: "F012", why: "priority", limit: 16 };
  assert.deepEqual(passed({ ...waiting, overtaken }, calledFirst, say), [
    "F012 was called first: priority.", "Your limit stays the same.", "By the rule, no more than 16 can pass you now.",
  ]);
  assert.deepEqual(passed({ ...waiting, overtaken: { label: "N9", why: "staff", limit: null } }, calledFirst, say), ["N9 was called first: staff decided so."]);
  assert.deepEqual(passed(waiting, calledFirst, say), []);
  assert.deepEqual(passed({ ...waiting, overtaken, frozen: true }, calledFirst, say), []);
});

test("the counters of a party stand in order, many of them as a run", () => {
  assert.deepEqual(together("A8", ["A7", "A9"]), ["A7", "A8", "A9"]);
  assert.deepEqual(together("A8"), ["A8"]);
  assert.deepEqual(together("AX"), ["AX"]);
  assert.deepEqual(together("A7", ["A8", "A6", "A9", "A12"]), ["A6–A9", "A12"]);
  assert.deepEqual(together("A1", ["A3", "A5", "A6"]), ["A1", "A3", "A5", "A6"]);
});

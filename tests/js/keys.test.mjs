// The kiosk's keys: one digit is a choice, many at once are a scanner.

import assert from "node:assert/strict";
import test from "node:test";

import { listener } from "../../kiosk/static/keys.js";

const ELSEWHERE = { matches: () => false };
const FIELD = { matches: (selector) => selector === "input" };

function keyboard(t) {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const heard = [];
  const listen = listener({
    choose: (digit) => heard.push(["choose", digit]),
    scanned: (reference) => heard.push(["scanned", reference]),
    slip: (secret) => heard.push(["slip", secret]),
    back: () => heard.push(["back"]),
  });
  let now = 0;
  /** Press a key; returns whether the page took it for itself. */
  const press = (key, target = ELSEWHERE, more = {}) => {
    let taken = false;
    listen({ key, target, timeStamp: now, preventDefault: () => (taken = true), ...more });
    return taken;
  };
  const wait = (ms = 100) => {
    now += ms;
    t.mock.timers.tick(ms);
  };
  return { heard, press, wait };
}

test("a single digit chooses after a short pause", (t) => {
  const { heard, press, wait } = keyboard(t);
  press("2");
  assert.deepEqual(heard, []);
  wait();
  assert.deepEqual(heard, [["choose", "2"]]);
});

test("many keys and Enter are a scanned reference, and choose nothing", (t) => {
  const { heard, press, wait } = keyboard(t);
  for (const key of [..."arn-26", "Shift", ..."17", "Enter"]) press(key);
  wait();
  assert.deepEqual(heard, [["scanned", "ARN-2617"]]);
});

test("two digits typed slowly are two choices", (t) => {
  const { heard, press, wait } = keyboard(t);
  press("1");
  wait();
  press("3");
  wait();
  assert.deepEqual(heard, [["choose", "1"], ["choose", "3"]]);
});

test("keys in a field belong to the field", (t) => {
  const { heard, press, wait } = keyboard(t);
  press("1", FIELD);
  wait();
  assert.deepEqual(heard, []);
});

test("Escape goes back", (t) => {
  const { heard, press } = keyboard(t);
  press("Escape");
  assert.deepEqual(heard, [["back"]]);
});

test("the address of a slip is a slip with its letters as they are, and no reference", (t) => {
  const { heard, press, wait } = keyboard(t);
  for (const key of [..."https://seva.example/t/DMfn-Bfq_ebdxGg", "Enter"]) press(key);
  wait();
  assert.deepEqual(heard, [["slip", "DMfn-Bfq_ebdxGg"]]);
});

test("a slip is a slip in a field too, where a reference stays with the field", (t) => {
  const { heard, press, wait } = keyboard(t);
  for (const key of [..."ARN-2617", "Enter"]) press(key, FIELD);
  press("1");
  wait();
  assert.deepEqual(heard.splice(0), [["choose", "1"]]);
  for (const key of [..."http://10.0.0.1:8080/t/DMfnBfOqebdx", "Enter"]) press(key, FIELD);
  assert.deepEqual(heard, [["slip", "DMfnBfOqebdx"]]);
});

test("a busy page hears a scanner in pieces and still knows the slip", (t) => {
  const { heard, press, wait } = keyboard(t);
  for (const key of "http://127.0.0.1/t/DMfnBfOqebdx") {
    press(key);
    wait(120);
  }
  press("Enter");
  assert.deepEqual(heard, [["slip", "DMfnBfOqebdx"]]);
});

test("what was typed long ago does not begin a code", (t) => {
  const { heard, press, wait } = keyboard(t);
  for (const key of "ARN-") press(key);
  wait(600);
  for (const key of [..."2617", "Enter"]) press(key);
  assert.deepEqual(heard, [["scanned", "2617"]]);
});

test("a key together with a control key is the browser's", (t) => {
  const { heard, press, wait } = keyboard(t);
  for (const held of ["ctrlKey", "altKey", "metaKey"]) press("1", ELSEWHERE, { [held]: true });
  press("Escape", ELSEWHERE, { altKey: true });
  wait();
  assert.deepEqual(heard, []);
});

test("Escape in a field is the field's", (t) => {
  const { heard, press } = keyboard(t);
  press("Escape", FIELD);
  assert.deepEqual(heard, []);
});

test("Enter is taken from the page only when a code was scanned", (t) => {
  const { press } = keyboard(t);
  assert.equal(press("Enter"), false);
  for (const key of "ARN-2617") assert.equal(press(key), false);
  assert.equal(press("Enter"), true);
  for (const key of "ARN-2617") press(key, FIELD);
  assert.equal(press("Enter", FIELD), false);
});

test("what is too short, too long or has other signs in it is no reference", (t) => {
  const { heard, press } = keyboard(t);
  for (const code of ["ARN", "A".repeat(65), "ARN_2617", "ARN 2617", "ÄRN-2617", "ARN-2617?"]) {
    for (const key of [...code, "Enter"]) press(key);
  }
  assert.deepEqual(heard, []);
  for (const key of [..."ABCD", "Enter", ..."A".repeat(64), "Enter"]) press(key);
  assert.deepEqual(heard, [["scanned", "ABCD"], ["scanned", "A".repeat(64)]]);
});

test("an address that goes on after its secret is no slip", (t) => {
  const { heard, press } = keyboard(t);
  for (const key of [..."http://host/t/DMfnBfOqebdx/more", "Enter", ..."http://host/t/DMfnBfO", "Enter"]) press(key);
  assert.deepEqual(heard, []);
});

test("several digits at once choose nothing, and neither does a letter or zero", (t) => {
  const { heard, press, wait } = keyboard(t);
  for (const keys of ["12", "a", "0"]) {
    for (const key of keys) press(key);
    wait(600);
  }
  assert.deepEqual(heard, []);
});

test("a pause of half a second is still the same code", (t) => {
  const { heard, press, wait } = keyboard(t);
  for (const key of "ARN-") press(key);
  wait(500);
  for (const key of [..."2617", "Enter"]) press(key);
  assert.deepEqual(heard, [["scanned", "ARN-2617"]]);
});

// The kiosk's keys: one digit is a choice, many at once are a scanner.

import assert from "node:assert/strict";
import test from "node:test";

import { listener } from "../../kiosk/static/keys.js";

function keyboard(t) {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const heard = [];
  const listen = listener({
    choose: (digit) => heard.push(["choose", digit]),
    scanned: (reference) => heard.push(["scanned", reference]),
    back: () => heard.push(["back"]),
  });
  const press = (key, target = { matches: () => false }) => listen({ key, target, preventDefault() {} });
  return { heard, press, wait: () => t.mock.timers.tick(100) };
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
  press("1", { matches: () => true });
  wait();
  assert.deepEqual(heard, []);
});

test("Escape goes back", (t) => {
  const { heard, press } = keyboard(t);
  press("Escape");
  assert.deepEqual(heard, [["back"]]);
});

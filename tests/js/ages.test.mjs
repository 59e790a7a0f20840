import assert from "node:assert/strict";
import { test } from "node:test";
import { active, activeMinutes } from "../../server/static/staff/ages.js";

const at = (minute) => Date.parse("2026-11-24T04:00:00.000Z") + minute * 60_000;
const told = (minute) => new Date(at(minute)).toISOString();

test("without a freeze an age is the time that has passed", () => {
  assert.equal(activeMinutes(at(0), at(7.9), []), 7);
});

test("an age stands still while the floor is stopped", () => {
  assert.equal(activeMinutes(at(0), at(30), [[told(10), null]]), 10);
});

test("only the part of a freeze that lies in the age is left out", () => {
  assert.equal(activeMinutes(at(15), at(30), [[told(10), told(20)]]), 10);
  assert.equal(activeMinutes(at(0), at(30), [[told(5), told(10)], [told(20), told(25)]]), 20);
  assert.equal(activeMinutes(at(12), at(30), [[told(5), told(10)]]), 18);
});

test("a moment in two freezes, between which the clock went back, counts once", () => {
  assert.equal(activeMinutes(at(0), at(30), [[told(5), told(20)], [told(10), told(25)]]), 10);
  assert.equal(activeMinutes(at(0), at(30), [[told(10), told(25)], [told(5), told(20)]]), 10);
  assert.equal(activeMinutes(at(0), at(30), [[told(5), told(25)], [told(10), told(15)]]), 10);
});

test("somebody who came while the floor was stopped has no age yet", () => {
  assert.equal(active(at(12), at(30), [[told(10), null]]), 0);
});

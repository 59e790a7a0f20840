// Times and days are those of the centre, wherever the device believes to be.

import assert from "node:assert/strict";
import test from "node:test";

import { setPage } from "./fakes/page.mjs";

process.env.TZ = "America/New_York";
setPage({ language: "en" });
const { dayOf, timeOf } = await import("/static/ui/times.js");
const { say } = await import("/display/static/phone/page.js");

const LATE_IN_NEW_YORK = "2026-11-24T04:12:00.000Z";

test("the device of this test is elsewhere", () => {
  assert.equal(new Date(LATE_IN_NEW_YORK).getDate(), 23);
});

test("a kiosk and a console tell a time and a day of the centre", () => {
  assert.equal(timeOf(LATE_IN_NEW_YORK), "09:42");
  assert.equal(timeOf("2026-11-23T18:30:00.000Z"), "00:00");
  assert.match(dayOf(LATE_IN_NEW_YORK), /^Tuesday\D+24 November$/);
});

test("a day that another year could have is told with its year", () => {
  assert.match(dayOf("2025-11-24T04:12:00.000Z"), /^Monday\D+24 November 2025$/);
  assert.match(dayOf("2027-11-24T04:12:00.000Z"), /^Wednesday\D+24 November 2027$/);
  assert.match(dayOf("2027-01-04T04:12:00.000Z"), /^Monday\D+4 January$/);
});

test("a phone tells a time of the centre, and a day as it is written", () => {
  assert.equal(say.time(LATE_IN_NEW_YORK), "09:42");
  assert.equal(say.date("2026-11-27"), "27 November");
});

// What was scanned, sorted: a slip of ours, a reference of the centre, or neither.

import assert from "node:assert/strict";
import test from "node:test";

import { claimIn, longEnough, looksForeign, matching, normal, sorted } from "../../server/static/ui/codes.js";

const none = () => false;
const sort = (text, known = none) => {
  const { kind, values } = sorted([text], known);
  return [kind, ...values];
};

test("one reference has one normal form, however it is written", () => {
  for (const text of ["23-1000000001", "23 1000000001", "२३/१००००००००१", "２３－１００００００００１", " 23.1000000001 "]) assert.equal(normal(text), "231000000001", text);
  assert.equal(normal("AB/2026/77"), "ab202677");
  assert.notEqual(normal("कि-1234"), normal("का-1234"));
  assert.equal(normal("𝟕7٣٤"), "7734");
  assert.equal(normal("क\ufe0f१"), "क1");
});

test("a reference has four to sixty-four letters, marks and digits", () => {
  assert.deepEqual(["A-1/2", "A-12/3", "कि12", "a".repeat(64), "a".repeat(65)].map(longEnough), [false, true, true, true, false]);
});

test("the address on a slip is a slip, with a claim behind it too", () => {
  for (const host of ["https://seva.example", "http://127.0.0.1:8080", "]Q1https://seva.example"]) assert.deepEqual(sort(`${host}/t/DMfn-Bfq_ebdxGg`), ["slip", "DMfn-Bfq_ebdxGg"]);
  const signed = `.AQOXuVu-_${"Zz0".repeat(14)}A.ABC1234.ABC.PASSPORT-OF-A-MIN~a1b2c3`;
  for (const claim of [signed, ".c1kAbc_-9", "?c=1kAbc", "#1kAbc"]) assert.deepEqual(sort(`https://seva.example/t/DMfnBfOqebdx${claim}`), ["slip", "DMfnBfOqebdx"]);
  assert.equal(sort("https://seva.example/t/DMfnBfO")[0], "neither");
});

test("what a slip claims is told as it stands in its address", () => {
  const whole = `DMfnBfOqebdx.AQOXuVu-_${"Zz0".repeat(14)}A.ABC1234.ABC.PASSPORT-OF-A-MIN~a1b2c3`;
  for (const end of ["", "?lang=hi", "#x"]) assert.equal(claimIn(["F001", `]Q1https://seva.example/t/${whole}${end}`]), whole);
  for (const text of ["https://seva.example/t/DMfnBfOqebdx", "https://seva.example/t/DMfnBfOqebdx.A.B", whole]) assert.equal(claimIn([text]), "");
});

test("a reference comes with a prefix, plain, or in an address", () => {
  for (const [text, reference] of [
    ["]C120-1004567890", "20-1004567890"], ["20-1004567890", "20-1004567890"], ["अ-1234", "अ-1234"], ["PA 77 1234", "PA 77 1234"],
    ["https://book.example/show?lang=hi&ref=20-1004567890", "20-1004567890"], ["https://book.example/a/MH1234567890ABCD", "MH1234567890ABCD"],
    ["https://book.example/#/a/20-1004567890", "20-1004567890"], ["https://book.example/a?x=1&arn=AB%2F2026%2F77", "AB/2026/77"],
    ["HTTPS://BOOK.EXAMPLE/A/AB202677", "AB202677"],
  ]) assert.deepEqual(sort(text), ["reference", reference], text);
});

test("of an address the part is taken that has the form of a reference here", () => {
  const known = matching(["\\d{12}"]);
  assert.deepEqual(sort("https://book.example/2026/201004567890/page12?id=session99", known), ["reference", "201004567890"]);
});

test("a code of a packet, one too short, and an address without a number are neither", () => {
  for (const text of ["]E08901030865278", "ARN", "*!*", "https://example.org/welcome", "mailto:someone", "upi://pay?pa=shop@bank", "{\"a\":1234}"]) assert.equal(sort(text)[0], "neither", text);
  assert.deepEqual(sort("]E08901030865278", matching(["\\d{13}"])), ["reference", "8901030865278"]);
});

test("of two readings the one with the form of the centre's references is the right one", () => {
  const known = matching(["az\\d{6}"]);
  assert.deepEqual(sorted(["AY123456", "AZ123456"], known).values, ["AZ123456"]);
  assert.deepEqual(sorted(["AY123456", "AZ123456"], none).values, ["AY123456", "AZ123456"]);
});

test("what has one normal form is one reference, as it was printed", () => {
  assert.deepEqual(sorted(["ARN-26-000017", "arn-26-000017", "AZN-26-000017"], none).values, ["ARN-26-000017", "AZN-26-000017"]);
});

test("a word without a number and the number of a packet look like no reference, anything else may be one", () => {
  for (const text of ["HELLO", "WELCOME-HOME", "8901030865278", "96385074", "036000291452", "10614141000415"]) assert.equal(looksForeign(text), true, text);
  for (const text of ["1234567890123", "9638507-4", "20-1004567890", "ARN-26-000017", "12345678901", "A8901030865278", "अ-1234"]) assert.equal(looksForeign(text), false, text);
});

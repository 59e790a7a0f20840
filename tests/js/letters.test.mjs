// The keypad of a centre: every letter of its references stands on a key.

import assert from "node:assert/strict";
import test from "node:test";

import { alphabets, shown } from "../../kiosk/static/letters.js";

const LANGUAGES = ["hi", "mr", "bn", "as", "pa", "gu", "or", "ta", "te", "kn", "ml", "ur", "sat", "ne", "sa", "kok", "mai"];

test("the Latin alphabet is whole, with I and O, and comes first", () => {
  assert.equal(alphabets(["hi", "en"], [])[0].join(""), "ABCDEFGHIJKLMNOPQRSTUVWXYZ");
});

test("each script of India has its letters and the marks that are written with them", () => {
  for (const language of LANGUAGES) {
    const letters = alphabets([language], [])[1];
    assert.ok(letters.length >= 36, language);
    assert.equal(new Set(letters).size, letters.length, language);
  }
  const hindi = alphabets(["hi"], [])[1];
  for (const sign of "अइउऋएकखगघचजझटडणतथधनपफबभमयरलवशषसह़ाििीुूृेैोौ्ंँः") assert.ok(hindi.includes(sign), sign);
});

test("languages of one script share its keys", () => {
  assert.equal(alphabets(["hi", "mr", "en"], []).length, 2);
});

test("letters that only a pattern names have keys of their own", () => {
  assert.deepEqual(alphabets(["en"], ["\\d{4}", "[а-в]{2}ж\\d{4}", "ab"]).slice(1), [["А", "Б", "В", "Ж"]]);
});

test("a mark is shown on the circle that stands for its letter", () => {
  assert.deepEqual(["A", "क", "ि"].map(shown), ["A", "क", "\u25ccि"]);
});

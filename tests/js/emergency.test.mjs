// How big the words of an emergency are, which languages stand together, and what is said of a cause.

import assert from "node:assert/strict";
import { test } from "node:test";

import { setPage } from "./fakes/page.mjs";

const CAUSES = {
  fire: { kinds: ["emergency"], icon: "exit", name: { en: "Fire" }, verb: { en: "Leave.", hi: "जाइए।", mr: "जाइए।" } },
  flood: { kinds: ["emergency"], icon: "exit", name: { hi: "बाढ़" }, verb: { hi: "ऊपर जाइए।" } },
};
const CENTRE = { code: "PSK", name: { en: "Pune" }, timezone: "Asia/Kolkata", languages: ["hi", "mr", "en", "ta"], stages: [] };
setPage({ centre: CENTRE, causes: CAUSES, words: { hi: { "Please follow the staff.": "कर्मचारियों के साथ चलें।" } } });
const { linesOf } = await import("/static/ui/emergency.js");
const { largest, pagesOf } = await import("/static/ui/emergency_sizes.js");

test("the largest size that fits is found, and the least one where none does", () => {
  for (const limit of [14, 15, 99, 100, 500]) assert.equal(largest((size) => size <= limit, 14, 500), limit);
  assert.equal(largest(() => false, 14, 500), 14);
});

/** Lines share a height of 400: so many, so small; and a long word is no bigger than the width lets it be. */
const shared = (widths) => (page) => Math.min(400 / page.length, ...page.map((line) => widths[line]));

test("all languages stand together where their words are half as big as the distance wants", () => {
  const sizeOf = shared({ a: 300, b: 300, c: 300 });
  assert.deepEqual(pagesOf(["a", "b", "c"], 200, sizeOf), [{ lines: ["a", "b", "c"], size: 400 / 3 }]);
});

test("where they do not fit together they take turns, evenly, in their order", () => {
  const sizeOf = shared({ a: 300, b: 300, c: 300, d: 300, e: 300 });
  const pages = pagesOf(["a", "b", "c", "d", "e"], 250, sizeOf);
  assert.deepEqual(pages.map(({ lines }) => lines.join("")), ["abc", "de"]);
  assert.deepEqual(pages.map(({ size }) => size), [400 / 3, 200]);
  assert.equal(pagesOf(["a", "b", "c", "d", "e"], 800, sizeOf).length, 5);
});

test("one word that is too wide does not give every language a page of its own", () => {
  assert.equal(pagesOf(["a", "b", "c"], 400, shared({ a: 300, b: 120, c: 300 })).length, 1);
});

test("what to do is said in each language of the centre, each sentence once, and in English where there are no words", () => {
  assert.deepEqual(linesOf("fire"), [{ lang: "hi", text: "जाइए।" }, { lang: "en", text: "Leave." }]);
  assert.deepEqual(linesOf("flood"), [{ lang: "hi", text: "ऊपर जाइए।" }]);
});

test("of a cause that is newer than this page the staff know more", () => {
  assert.deepEqual(linesOf("meteor"), [
    { lang: "hi", text: "कर्मचारियों के साथ चलें।" }, { lang: "mr", text: "Please follow the staff." },
  ]);
});

// The one input reader: what a scanner types is never a key, what a person presses stays one, and nothing is lost.

import assert from "node:assert/strict";
import test from "node:test";

import { matching } from "../../server/static/ui/codes.js";
import { Reader } from "../../server/static/ui/reader.js";
import { nameOf } from "../../server/static/ui/strokes.js";
import { field, keyboard, keyOf, LAYOUTS } from "./fakes/keyboard.mjs";

globalThis.document ??= { activeElement: null };
globalThis.Event ??= class {};

const KEYS = "NSDRMHTCPOXUIBLG12";
const GAPS = [0, 5, 39, 60, 100, 150, 200];
const CODES = ["20-1004567890", "MH1234567890ABCD", "8901030865278", "ARN-26-000017", "AB/2026/77", "PA 77 1234", "https://seva.example/t/DMfn-Bfq_ebdxGg"];

/** A page that hears a reader: what it was told, and when. */
function page(t, patterns = []) {
  const heard = [];
  const reader = new Reader({
    key: (event) => heard.push(["key", nameOf(event)]),
    code: (readings) => heard.push(["code", ...readings]),
    isKey: (event) => KEYS.includes(nameOf(event)),
    known: matching(patterns),
    typed: ({ name }) => name === "appointment",
  });
  return { heard, ...keyboard(t, (event) => reader.hear(event)) };
}

for (const gap of GAPS) {
  test(`a code is no key, whatever ends it, with ${gap} ms between its signs`, (t) => {
    const { heard, scan, wait } = page(t);
    for (const code of CODES) {
      for (const end of ["\n", "\t", ""]) {
        const taken = scan(code + end, gap);
        wait(600);
        assert.deepEqual(heard.splice(0), [["code", code]], code);
        assert.ok(taken.every(Boolean));
      }
    }
  });
}

test("a single key is heard after 200 ms of silence, and not later", (t) => {
  const { heard, press, wait } = page(t);
  press("n");
  wait(190);
  assert.deepEqual(heard, []);
  wait(25);
  assert.deepEqual(heard, [["key", "N"]]);
});

test("two or three keys pressed fast stay keys, in their order", (t) => {
  const { heard, press, wait } = page(t);
  for (const keys of ["dn", "nsd", "ns2"]) {
    for (const key of keys) press(key);
    wait(215);
    assert.deepEqual(heard.splice(0), [...keys.toUpperCase()].map((key) => ["key", key]));
  }
});

test("many keys of a person stay keys too, and are not held back until they pause", (t) => {
  const { heard, press, wait } = page(t);
  for (const key of "dnsdnsdn") {
    press(key);
    wait(150);
  }
  assert.equal(heard.length, 8);
  assert.deepEqual(heard.map(([, key]) => key).join(""), "DNSDNSDN");
});

test("Enter after a few keys comes after them, and goes its own way", (t) => {
  const { heard, press } = page(t);
  press("d");
  assert.equal(press("Enter"), false);
  assert.deepEqual(heard, [["key", "D"], ["key", "Enter"]]);
});

test("a word without a digit is a code when it comes faster than anybody types, or has letters that are no keys", (t) => {
  const { heard, scan, wait } = page(t);
  scan("HOLD", 5);
  wait(500);
  scan("HELLO", 150);
  wait(500);
  assert.deepEqual(heard, [["code", "HOLD"], ["code", "HELLO"]]);
});

test("a word that fits a pattern of the centre is a code however slow it comes", (t) => {
  const { heard, scan, wait } = page(t, ["[a-z]{4}"]);
  scan("HOLD", 150);
  wait(500);
  assert.deepEqual(heard, [["code", "HOLD"]]);
});

test("the prefix of a scanner makes a code of what is shorter too", (t) => {
  const { heard, scan, wait } = page(t);
  scan("]C1", 100);
  wait(500);
  scan("]E0N\n");
  assert.deepEqual(heard, [["code", "]C1"], ["code", "]E0N"]]);
});

test("a code that a busy page hears in pieces is one", (t) => {
  const { heard, scan, wait } = page(t);
  for (const piece of ["20-1", "0045", "678", "90"]) {
    scan(piece, 5);
    wait(490);
  }
  assert.deepEqual(heard, []);
  wait(10);
  assert.deepEqual(heard, [["code", "20-1004567890"]]);
});

test("the end of a code that comes late is no key either, and the one after it is", (t) => {
  const { heard, scan, press, wait } = page(t);
  scan("20-1004567890", 150);
  wait(450);
  assert.equal(press("Enter"), true);
  assert.deepEqual(heard.map(([kind]) => kind), ["code"]);
  assert.equal(press("Enter"), false);
  assert.deepEqual(heard.at(-1), ["key", "Enter"]);
});

test("two codes after one another are two", (t) => {
  const { heard, scan } = page(t);
  scan("20-1004567890\n20-1004567891\n");
  assert.deepEqual(heard.map(([, code]) => code), ["20-1004567890", "20-1004567891"]);
});

for (const [name, layout] of Object.entries(LAYOUTS)) {
  for (const caps of [false, true]) {
    test(`a code reads as it was printed under a ${name} layout${caps ? " with Caps Lock" : ""}`, (t) => {
      const { heard, scan, wait } = page(t);
      for (const code of CODES.filter((code) => name !== "us" || code)) {
        scan(code, 20, { layout, caps });
        wait(500);
        assert.equal(heard[0]?.[0], "code", code);
        assert.ok(heard.splice(0)[0].includes(code), code);
      }
    });
  }
}

test("under a layout that is not Latin the places of the keys are what was meant", (t) => {
  const { heard, scan, wait } = page(t);
  for (const layout of [LAYOUTS.inscript, LAYOUTS.cyrillic, LAYOUTS.greek, LAYOUTS.french]) {
    scan("MH1234567890ABCD", 5, { layout });
    wait(500);
    assert.equal(heard.splice(0)[0][1], "MH1234567890ABCD");
  }
});

test("a key has its name by its place under every layout", (t) => {
  const { heard, press, wait } = page(t);
  for (const layout of [LAYOUTS.inscript, LAYOUTS.cyrillic, LAYOUTS.greek, LAYOUTS.fullwidth]) {
    press(keyOf("n", layout));
    wait(500);
    assert.deepEqual(heard.splice(0), [["key", "N"]]);
  }
  press({ key: "Process", code: "KeyN" });
  wait(500);
  assert.deepEqual(heard, [["key", "N"]]);
});

test("a key that is held down makes no code and is told as held", (t) => {
  const { heard, press, wait } = page(t);
  press("n");
  for (let times = 0; times < 9; times += 1) {
    wait(30);
    press({ key: "n", repeat: true });
  }
  wait(500);
  assert.deepEqual(heard.filter(([, key]) => key === "N").length >= 1, true);
  assert.equal(heard.every(([kind]) => kind === "key"), true);
});

test("keys of the browser are left to it, but not those that a scanner sends inside of a code", (t) => {
  const { heard, press, scan } = page(t);
  assert.equal(press({ key: "s", code: "KeyS", ctrlKey: true }), false);
  scan("MH123456");
  assert.equal(press({ key: "j", code: "KeyJ", ctrlKey: true }), true);
  scan("\n");
  assert.deepEqual(heard, [["code", "MH123456"]]);
});

test("what a person types into a field is the field's, and Enter too", (t) => {
  const { heard, scan, wait } = page(t);
  const reason = field("reason");
  scan("spoke with the officer at 4", 90, { target: reason });
  assert.equal(scan("\n", 90, { target: reason }).at(-1), false);
  wait(300);
  assert.equal(reason.value, "spoke with the officer at 4");
  assert.deepEqual(heard.filter(([kind]) => kind === "code"), []);
});

test("a code that is scanned into a field that is for something else leaves it as it was", (t) => {
  const { heard, scan } = page(t);
  const party = field("party");
  party.value = "2";
  assert.equal(scan("20-1004567890\n", 5, { target: party }).at(-1), true);
  assert.equal(party.value, "2");
  assert.deepEqual(party.told, ["input"]);
  assert.deepEqual(heard, [["code", "20-1004567890"]]);
});

test("a reference that is scanned into its own field stands there as if it had been typed", (t) => {
  const { heard, scan } = page(t);
  const own = field("appointment");
  assert.equal(scan("ARN-26-000017\n", 5, { target: own }).at(-1), false);
  assert.equal(own.value, "ARN-26-000017");
  assert.deepEqual(heard, [["key", "Enter"]]);
});

test("what a layout has mangled, a prefix and an address are taken out of that field again", (t) => {
  const { heard, scan, wait } = page(t);
  const own = field("appointment");
  scan("20-1004567890\n", 5, { target: own, layout: LAYOUTS.french });
  scan("]C120-1004567890", 5, { target: own });
  wait(500);
  scan("https://seva.example/t/DMfnBfOqebdx\n", 150, { target: own });
  assert.equal(own.value, "");
  assert.deepEqual(heard.map(([, code]) => code), ["20-1004567890", "]C120-1004567890", "https://seva.example/t/DMfnBfOqebdx"]);
});

for (const gap of [56, 80, 109, 190]) {
  for (const layout of ["french", "cyrillic", "inscript", "greek"]) {
    test(`a reference that a slow scanner writes into a field is taken out of it, ${layout}, ${gap} ms between its signs`, (t) => {
      const { heard, scan } = page(t, ["MH[0-9]{10}"]);
      for (const name of ["appointment", "reason"]) {
        const own = field(name);
        own.value = "before";
        scan("MH1234567890\n", gap, { target: own, layout: LAYOUTS[layout] });
        assert.equal(own.value, "before");
        assert.ok(heard.splice(0)[0].includes("MH1234567890"));
      }
    });
  }
}

test("a slow reference is set apart from what stood in its own field, and left in a field of words", (t) => {
  const { heard, scan } = page(t, ["MH[0-9]{10}"]);
  const own = field("appointment");
  own.value = "12";
  scan("MH1234567890\n", 80, { target: own });
  assert.deepEqual([own.value, heard.splice(0)], ["12", [["code", "MH1234567890"]]]);
  own.value = "";
  scan("MH1234567890\n", 80, { target: own });
  const reason = field("reason");
  reason.value = "see ";
  scan("MH1234567890\n", 80, { target: reason });
  assert.deepEqual([own.value, reason.value], ["MH1234567890", "see MH1234567890"]);
  assert.deepEqual(heard, [["key", "Enter"], ["key", "Enter"]]);
});

test("a space presses the button that has the focus, and is a part of a code inside of it", (t) => {
  const { heard, press, scan, wait } = page(t);
  assert.equal(press(" "), false);
  const button = { matches: () => false, clicks: 0, click: () => (button.clicks += 1) };
  scan("PA 77 1234", 5, { target: button });
  wait(500);
  assert.deepEqual([heard, button.clicks], [[["code", "PA 77 1234"]], 0]);
  press("n", button);
  press(" ", button);
  wait(500);
  assert.deepEqual([heard.at(-1), button.clicks], [["key", "N"], 1]);
});

test("a page that was busy tells by the time of the keys where a silence was", (t) => {
  const { heard, press } = page(t);
  press({ key: "n", timeStamp: 5000 });
  for (const [place, key] of [..."1234"].entries()) press({ key, timeStamp: 5216 + place });
  assert.deepEqual(heard, [["key", "N"]]);
  press({ key: "Enter", timeStamp: 5225 });
  assert.deepEqual(heard.at(-1), ["code", "1234"]);
});

test("a page that was busy waits for the keys that are on their way", (t) => {
  const { heard, press, wait } = page(t);
  const pending = [true, false];
  Object.defineProperty(globalThis, "navigator", { configurable: true, value: { scheduling: { isInputPending: () => pending.shift() ?? false } } });
  t.after(() => delete globalThis.navigator);
  press("n");
  wait(215);
  assert.deepEqual(heard, []);
  wait(5);
  assert.deepEqual(heard, [["key", "N"]]);
});

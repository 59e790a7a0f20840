// The kiosk: one number for one citizen whatever happens to answers, and nothing of one citizen for the next.

import assert from "node:assert/strict";
import test, { beforeEach } from "node:test";

import { answered, LOST, refused, server, setPage, settled } from "./fakes/page.mjs";

const SERVICES = [{ code: "NORMAL", name: { en: "Passport" }, icon: "book-user" }, { code: "PCC", name: { en: "Clearance" }, icon: "shield-check" }];
setPage({ device: "K1", printer: "printer-k1", services: SERVICES, needs: [], booked: true, references: ["20\\d{10}"], hours: { tokens: ["09:30", "16:00"] } });
const { leave } = await import("/kiosk/static/attention.js");
const { bookedOrder, take, takeFor, withoutAppointment } = await import("/kiosk/static/issue.js");
const { hasWords } = await import("/kiosk/static/refusals.js");
const { scanned } = await import("/kiosk/static/scanned.js");
const { isKey, press } = await import("/kiosk/static/keys.js");
const { giveUpSlip, isAwaited, printAgain } = await import("/kiosk/static/paper.js");
const { showScanned, showSlip } = await import("/kiosk/static/slips.js");
const state = await import("/kiosk/static/state.js");
const { language } = await import("/static/ui/words.js");

const issued = (label, print = "none") =>
  answered({ token: { id: label, label, party: 1, state: "waiting", stage: "A" }, ahead: 0, wait: { low_min: 0, high_min: 5 }, status_url: "/t/s", print: { state: print } }, 201);
const keys = (requests) => requests.map(({ key }) => key);

/** Answer the questions as a citizen does. */
function choose(service = "NORMAL", need = undefined) {
  state.chooseLanguage("en");
  state.go("need", { service });
  if (need) state.go("need", { need });
}

const begin = [state.step.value, state.low.value, state.contrast.value, state.muted.value];
state.back();

test("a kiosk begins with its first question, its helps switched off, and nothing to go back to", () => {
  assert.deepEqual(begin, ["language", false, false, false]);
});

beforeEach(() => leave());

test("the order holds what was chosen, and the printer beside the kiosk", async () => {
  const requests = server(issued("N001"));
  choose("PCC", "senior");
  await take();
  assert.equal(requests[0].address, "/api/v1/centres/PSK/tokens");
  assert.deepEqual(requests[0].body, { service: "PCC", need: "senior", language: "en", print_at: "printer-k1" });
  assert.equal(state.step.value, "result");
  assert.equal(state.result.value.token.label, "N001");
});

test("a try after lost answers goes under the same key, so that it gives no second number", async () => {
  const lost = server(LOST);
  choose();
  await take();
  assert.equal(state.step.value, "silent");
  const found = server(issued("N001"));
  await take();
  assert.equal(state.result.value.token.label, "N001");
  assert.deepEqual([...new Set([...keys(lost), ...keys(found)])].length, 1);
  assert.deepEqual(found[0].body, lost[0].body);
});

test("a try after a server that was too busy goes under the same key", async () => {
  const busy = server(refused(503, "unavailable"));
  choose();
  await take();
  assert.equal(state.step.value, "silent");
  const found = server(issued("N001"));
  await take();
  assert.equal(new Set([...keys(busy), ...keys(found)]).size, 1);
});

test("whoever comes after an order that was never answered orders anew", async () => {
  const lost = server(LOST);
  choose("PCC");
  await take();
  leave();
  assert.deepEqual(state.order.value, {});
  const next = server(issued("N002"));
  choose();
  await take();
  assert.notEqual(next[0].key, lost[0].key);
  assert.equal(next[0].body.service, "NORMAL");
});

test("each number is an order of its own", async () => {
  const requests = server(issued("N001"), issued("N002"));
  choose();
  await take();
  leave();
  choose();
  await take();
  assert.notEqual(requests[0].key, requests[1].key);
});

test("an order that was answered has had its key, whether or not anybody left", async () => {
  const requests = server(issued("N001"), issued("N002"));
  choose();
  await take();
  await take();
  assert.notEqual(requests[0].key, requests[1].key);
});

test("after a refusal the next try is another order", async () => {
  const requests = server(refused(409, "emergency"), issued("N001"));
  choose();
  await take();
  assert.equal(state.step.value, "refused");
  assert.equal(state.refusal.value.code, "emergency");
  await take();
  assert.notEqual(requests[0].key, requests[1].key);
});

test("a refusal without words of its own is told like silence, and is not repeated under its key", async () => {
  const requests = server(refused(422, "invalid_input"), issued("N001"));
  choose();
  await take();
  assert.equal(state.step.value, "silent");
  await take();
  assert.notEqual(requests[0].key, requests[1].key);
});

test("nothing of a citizen is left when they go", async () => {
  server(issued("N001"));
  choose("PCC", "senior");
  await take();
  state.low.value = state.contrast.value = state.muted.value = true;
  leave();
  assert.deepEqual(state.order.value, {});
  assert.deepEqual([state.result.value, state.refusal.value, state.shown.value], [null, null, null]);
  assert.deepEqual([state.low.value, state.contrast.value, state.muted.value], [false, false, false]);
  assert.equal(state.step.value, "language");
  assert.equal(language.value, "hi");
  state.back();
  assert.equal(state.step.value, "language");
});

test("one step back takes back what was said there, and no other", () => {
  state.chooseLanguage("en");
  state.go("need", { service: "PCC" });
  assert.equal(state.canGoBack(), true);
  state.back();
  assert.deepEqual([state.step.value, state.order.value], ["service", { language: "en" }]);
  state.back();
  assert.deepEqual([state.step.value, state.order.value], ["language", {}]);
  assert.equal(state.canGoBack(), false);
});

test("only questions can be left by going back", () => {
  const asked = ["language", "service", "appointment", "need", "busy", "result", "looking", "shown", "refused", "silent", "unheard"];
  const leads = asked.filter((step) => {
    state.step.value = step;
    return state.canGoBack();
  });
  assert.deepEqual(leads, ["service", "appointment", "need"]);
});

test("a scanned letter is an order in the centre's first language, or in the one that was chosen", async () => {
  const requests = server(issued("N001"), issued("N002"));
  bookedOrder("ARN-1");
  await take();
  leave();
  state.chooseLanguage("en");
  bookedOrder("ARN-2");
  await take();
  assert.deepEqual(requests.map(({ body }) => body), [
    { language: "hi", appointment: "ARN-1", print_at: "printer-k1" },
    { language: "en", appointment: "ARN-2", print_at: "printer-k1" },
  ]);
});

test("an appointment that nobody knows rides along with a walk-in, and is typed again without it", async () => {
  const requests = server(refused(404, "unknown_appointment"), issued("N001"));
  state.chooseLanguage("en");
  bookedOrder("23-1");
  await take();
  assert.equal(state.step.value, "refused");
  assert.equal(state.order.value.appointment, "23-1");
  withoutAppointment();
  assert.equal(state.step.value, "service");
  state.go("need", { service: "PCC" });
  await take();
  assert.deepEqual(requests[1].body, { service: "PCC", language: "en", claim: "23-1", print_at: "printer-k1" });
  assert.notEqual(requests[0].key, requests[1].key);
});

test("whoever scanned before a language was chosen chooses one before they go on without the appointment", async () => {
  server(refused(404, "unknown_appointment"));
  bookedOrder("23-1");
  await take();
  withoutAppointment();
  assert.equal(state.step.value, "language");
  state.chooseLanguage("en");
  bookedOrder("23-2");
  assert.deepEqual(state.order.value, { language: "en", appointment: "23-2", others: [], scanned: false });
});

test("a reference that fits several services is sent again for the one that was chosen", async () => {
  const requests = server(refused(409, "appointment_ambiguous", { services: ["NORMAL", "PCC"] }), issued("N001"));
  bookedOrder("1234");
  await take();
  assert.equal(state.step.value, "refused");
  await takeFor("PCC");
  assert.deepEqual(requests[1].body, { service: "PCC", language: "hi", appointment: "1234", print_at: "printer-k1" });
});

test("what nobody knows, was cancelled or is of several services is told in words", () => {
  for (const code of ["unknown_appointment", "appointment_cancelled", "appointment_ambiguous", "ask_staff"]) assert.ok(hasWords(code));
});

test("the slip is followed until it is out, and no longer", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const requests = server(issued("N001", "queued"), LOST, answered({ print: { state: "printing" } }), answered({ print: { state: "printed" } }));
  choose();
  await take();
  const shown = [];
  for (let looks = 0; looks < 6; looks += 1) {
    t.mock.timers.tick(700);
    await settled();
    shown.push(state.slip.value.state);
  }
  assert.deepEqual(shown, ["queued", "printing", "printed", "printed", "printed", "printed"]);
  assert.equal(requests.length, 4);
  assert.equal(requests[1].address, "/api/v1/centres/PSK/tokens/N001");
});

test("a slip is followed until something is known of it, and while its citizen stands here", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  for (const [print, looks] of [["none", 0], ["printed", 0], ["sent", 0], ["unconfirmed", 0], ["rejected", 0], ["withdrawn", 0], ["queued", 45], ["printing", 45]]) {
    const requests = server(issued("N001", print), answered({ print: { state: print } }));
    choose();
    await take();
    for (let look = 0; look < 45; look += 1) {
      t.mock.timers.tick(700);
      await settled();
    }
    assert.equal(requests.length - 1, looks, print);
    leave();
    await settled();
    const gone = requests.length;
    t.mock.timers.tick(7000);
    await settled();
    assert.equal(requests.length, gone, print);
  }
});

test("a slip that has not come when its citizen goes is taken back, and no other", async () => {
  for (const [print, taken] of [["queued", 1], ["printing", 1], ["printed", 0], ["sent", 0], ["unconfirmed", 0], ["rejected", 0], ["none", 0]]) {
    const requests = server(issued("N001", print), answered({ print: { state: "withdrawn" } }));
    choose();
    await take();
    assert.equal(isAwaited(), taken === 1, print);
    leave();
    await settled();
    const sent = requests.slice(1).map(({ address, body }) => [address, body]);
    assert.deepEqual(sent, taken ? [["/api/v1/centres/PSK/slips/withdraw", { slip: "s" }]] : [], print);
    assert.equal(state.slip.value, null);
  }
});

test("whoever is told that the slip does not come goes then, and takes nothing back once more", async () => {
  const requests = server(issued("N001", "queued"), answered({ print: { state: "withdrawn" } }));
  choose();
  await take();
  await giveUpSlip();
  assert.deepEqual([state.slip.value.state, isAwaited(), state.step.value], ["withdrawn", false, "result"]);
  leave();
  await settled();
  assert.equal(requests.length, 2);
});

test("a slip that is under way when it is given up is followed still, and not waited for", async () => {
  server(issued("N001", "queued"), answered({ print: { state: "printing" } }));
  choose();
  await take();
  await giveUpSlip();
  assert.deepEqual([state.slip.value.state, isAwaited()], ["printing", false]);
  server(LOST);
  await giveUpSlip();
  assert.equal(state.slip.value.state, "printing");
});

test("a slip is printed once more at the kiosk where it is shown, and followed", async () => {
  const requests = server(answered({ token: { id: "T7", label: "N007" }, print: { state: "queued", copy: 1, detail: null } }));
  await printAgain("secret-of-n007");
  assert.deepEqual([requests[0].address, requests[0].body], ["/api/v1/centres/PSK/slips/reprint", { slip: "secret-of-n007", print_at: "printer-k1" }]);
  assert.deepEqual(state.slip.value, { id: "T7", label: "N007", secret: "secret-of-n007", state: "queued", givenUp: false });
  leave();
  await settled();
  assert.deepEqual(requests.at(-1).body, { slip: "secret-of-n007" });
});

test("after the last duplicate by oneself the screen leads to the staff, and a lost answer is told beside the number", async () => {
  server(refused(409, "duplicates_used", { most: 3 }));
  await printAgain("secret-of-n007");
  assert.deepEqual([state.step.value, state.refusal.value.most], ["refused", 3]);
  leave();
  server(LOST);
  state.step.value = "shown";
  await printAgain("secret-of-n007");
  assert.deepEqual([state.step.value, state.notice.value("en")], ["shown", "No connection. Please try again."]);
});

test("while the number is on its way the screen says so", async () => {
  server(LOST);
  choose();
  const taking = take();
  assert.equal(state.step.value, "busy");
  await taking;
});

test("a mistake in the script itself is not taken for silence", async () => {
  server(answered({ token: null, print: { state: "none" } }));
  choose();
  await assert.rejects(take(), TypeError);
  server(answered(null));
  await assert.rejects(showSlip("secret"), TypeError);
});

test("a slip that comes out late says nothing on the next citizen's screen", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  server(issued("N001", "queued"), answered({ print: { state: "printed" } }));
  choose();
  await take();
  t.mock.timers.tick(700);
  leave();
  await settled();
  assert.equal(state.result.value, null);
});

const STATUS = { label: "N001", party: 1, language: "hi", state: "waiting", stage: "A", counter: null, beside: [], ahead: 2, wait: null, ended: false, frozen: false };

test("the slip of somebody who was missed or away lets them come back, and says so in their language", async () => {
  for (const away of ["missed", "paused"]) {
    leave();
    const requests = server(answered({ ...STATUS, state: away }), answered({ token: {} }), answered(STATUS));
    await showSlip("secret");
    assert.deepEqual(requests.map(({ method, address }) => [method, address]), [
      ["GET", "/api/v1/status/secret"], ["POST", "/api/v1/centres/PSK/return"], ["GET", "/api/v1/status/secret"],
    ]);
    assert.deepEqual(requests[1].body, { slip: "secret" });
    assert.deepEqual([state.step.value, state.shown.value.returned, state.shown.value.state], ["shown", true, "waiting"]);
    assert.equal(language.value, "hi");
  }
});

test("the slip of somebody who waits is only looked at", async () => {
  const requests = server(answered(STATUS));
  await showSlip("secret");
  assert.equal(requests.length, 1);
  assert.equal(state.shown.value.returned, false);
});

test("a slip that is not known, and a server that is silent, are told apart", async () => {
  server(refused(404, "unknown_token"));
  await showSlip("secret");
  assert.deepEqual([state.step.value, state.refusal.value.code], ["refused", "unknown_token"]);
  server(LOST);
  await showSlip("secret");
  assert.deepEqual([state.step.value, state.refusal.value], ["unheard", null]);
});

test("a slip that a restore has lost takes its place back by its claim, and one that cannot is told", async () => {
  const claim = "secret.packed.N001.N.NORMAL";
  const requests = server(refused(404, "unknown_token"), answered({ token: {} }), answered(STATUS));
  await showScanned(["secret"], claim);
  assert.deepEqual(requests.map(({ method, address }) => [method, address]), [
    ["GET", "/api/v1/status/secret"], ["POST", "/api/v1/centres/PSK/slips/rebuild"], ["GET", "/api/v1/status/secret"],
  ]);
  assert.deepEqual([requests[1].body, state.step.value], [{ slip: claim }, "shown"]);
  for (const [code, told] of [["nothing_lost", "unknown_token"], ["number_given_again", "number_given_again"]]) {
    leave();
    server(refused(404, "unknown_token"), refused(409, code, { label: "N001" }));
    await showScanned(["secret"], claim);
    assert.deepEqual([state.step.value, state.refusal.value.code], ["refused", told]);
  }
  leave();
  assert.equal(server(refused(404, "unknown_token")).length, 0);
  await showScanned(["secret"], "");
  assert.equal(state.refusal.value.code, "unknown_token");
});

const references = (requests) => requests.map(({ body }) => body.appointment);

test("a scanned letter is taken on every screen that is not at work, and what was said before stays or goes with its owner", async () => {
  for (const step of ["language", "service", "appointment", "need", "result", "shown", "refused", "silent", "unheard"]) {
    leave();
    state.order.value = { language: "en" };
    state.step.value = step;
    const requests = server(issued("N001"));
    scanned(["ARN-26-000017"]);
    await settled();
    assert.deepEqual(references(requests), ["ARN-26-000017"], step);
    assert.equal(requests[0].body.language, ["result", "shown"].includes(step) ? "hi" : "en", step);
    assert.equal(state.step.value, "result");
  }
});

test("a letter that is scanned again while its number is shown changes nothing", async () => {
  const requests = server(issued("N001"));
  scanned(["ARN-26-000017"]);
  await settled();
  scanned(["arn26000017"]);
  await settled();
  assert.equal(requests.length, 1);
  scanned(["ARN-26-000018"]);
  await settled();
  assert.deepEqual(references(requests), ["ARN-26-000017", "ARN-26-000018"]);
});

test("a letter whose order was not answered asks again under its key, and another letter under its own", async () => {
  const lost = server(LOST);
  scanned(["ARN-26-000017"]);
  await settled();
  assert.equal(state.step.value, "silent");
  const again = server(LOST);
  scanned(["arn-26-000017"]);
  await settled();
  assert.deepEqual([again[0].key, again[0].body], [lost[0].key, lost[0].body]);
  const other = server(issued("N002"));
  scanned(["ARN-26-000018"]);
  await settled();
  assert.notEqual(other[0].key, lost[0].key);
});

test("what is scanned while the kiosk is at work is told, and not taken", async () => {
  const requests = server(issued("N001"));
  for (const step of ["busy", "looking"]) {
    state.step.value = step;
    scanned(["ARN-26-000017"]);
    assert.equal(state.notice.value("en"), "Not read yet. Please scan again in a moment.");
  }
  await settled();
  assert.deepEqual(requests, []);
});

test("a code that can be no appointment is told beside the question, and asks nobody", async () => {
  const requests = server(issued("N001"));
  state.chooseLanguage("en");
  scanned(["]E08901030865278"]);
  await settled();
  assert.deepEqual([state.step.value, state.notice.value("en"), requests], ["service", "This code is not an appointment.", []]);
  state.go("need", { service: "PCC" });
  assert.equal(state.notice.value, null);
});

test("a scanned reference that nobody knows is no appointment, but one of the centre's form is an unknown one", async () => {
  server(refused(404, "unknown_appointment"));
  scanned(["8901030865278"]);
  await settled();
  assert.deepEqual([state.step.value, state.refusal.value.code], ["refused", "not_an_appointment"]);
  leave();
  scanned(["20-1004567890"]);
  await settled();
  assert.equal(state.refusal.value.code, "unknown_appointment");
  leave();
  bookedOrder("8901030865278");
  await take();
  assert.equal(state.refusal.value.code, "unknown_appointment");
});

test("a code that may read in two ways is tried in both, each as an order of its own", async () => {
  const requests = server(refused(404, "unknown_appointment"), issued("N001"));
  scanned(["AY123456", "AZ123456"]);
  await settled();
  assert.deepEqual(references(requests), ["AY123456", "AZ123456"]);
  assert.notEqual(requests[0].key, requests[1].key);
  assert.equal(state.step.value, "result");
});

test("a slip is looked at in both ways in which its secret may read", async () => {
  const requests = server(refused(404, "unknown_token"), answered(STATUS));
  scanned(["http://host/t/ABCDefgh", "http://host/t/abcdEFGH"]);
  await settled();
  assert.deepEqual(requests.map(({ address }) => address), ["/api/v1/status/ABCDefgh", "/api/v1/status/abcdEFGH"]);
  assert.equal(state.step.value, "shown");
});

const BODY = { matches: () => false };

test("a key is a choice by its place, whatever the layout, and zero is none", () => {
  const clicks = [];
  document.querySelectorAll = () => ["1", "2"].map((textContent) => ({ textContent, closest: () => ({ click: () => clicks.push(textContent) }) }));
  state.chooseLanguage("en");
  for (const key of [{ key: "é", code: "Digit2" }, { key: "१", code: "Digit1" }, { key: "2", code: "Numpad2" }, { key: "0", code: "Digit0" }, { key: "9", code: "Digit9" }]) press({ target: BODY, ...key });
  assert.deepEqual(clicks, ["2", "1", "2"]);
  assert.deepEqual([isKey({ key: "é", code: "Digit2" }), isKey({ key: "a", code: "KeyA" }), isKey({ key: "0", code: "Digit0" })], [true, false, false]);
});

test("what is typed beside the field of the reference goes into it", () => {
  state.chooseLanguage("en");
  state.go("appointment");
  for (const key of ["a", "-", "1", "\u0915", "Shift", "Backspace", "2"]) press({ key, code: "", target: BODY });
  assert.equal(state.typed.value, "A-12");
  press({ key: "9", code: "Digit9", target: { matches: () => true } });
  assert.equal(state.typed.value, "A-12");
  press({ key: "Escape", code: "Escape", target: BODY });
  assert.equal(state.step.value, "service");
});

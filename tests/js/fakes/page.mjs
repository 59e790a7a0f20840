// What a script finds in its page, without a browser. Import the scripts after it was set: they read it at once.

export const CENTRE = {
  code: "PSK", name: { en: "Pune", hi: "पुणे" }, timezone: "Asia/Kolkata", languages: ["hi", "en"],
  stages: [{ code: "A", name: { en: "Counter A" }, zone: "A" }],
};
const FRAME = { centre: CENTRE, language: "en", own_names: { hi: "हिन्दी", en: "English" }, now: "2026-11-24T04:00:00.000Z", ahead_s: 0, csrf: "csrf", words: {}, causes: {} };

const every = globalThis.setInterval;

/** Give the scripts a page with these data. */
export function setPage(data = {}) {
  const text = JSON.stringify({ ...FRAME, ...data });
  const kept = new Map();
  globalThis.setInterval = (...what) => every(...what).unref(); // a page looks for ever, a test ends
  globalThis.document = {
    getElementById: () => ({ textContent: text }),
    querySelector: () => null,
    addEventListener: () => {},
    documentElement: {},
    body: { dataset: {} },
  };
  globalThis.sessionStorage = {
    getItem: (name) => kept.get(name) ?? null,
    setItem: (name, value) => kept.set(name, value),
    removeItem: (name) => kept.delete(name),
  };
}

/** Return an answer of the server. */
export function answered(content, status = 200, headers = {}) {
  return new Response(status === 304 ? null : JSON.stringify(content), { status, headers });
}

/** Return a refusal of the server. */
export function refused(status, code, more = {}) {
  return answered({ type: `urn:baari:error:${code}`, title: code, status, code, detail: `Refused: ${code}.`, ...more }, status);
}

/** What the server says of who is signed in and sits where; a page asks for it by itself, at any time. */
export const session = { answer: () => new TypeError("Failed to fetch") };

/** Whether a test looks at how a line is read; else it is read by the way. */
export const watched = { line: false };

/**
 * Let `answers` say what comes of each request, one after the other, the last one again and again: a Response, or an
 * Error for an answer that is lost. Returns the requests that were sent.
 */
export function server(...answers) {
  const requests = [];
  globalThis.fetch = async (address, { method = "GET", headers = {}, body, signal } = {}) => {
    if (address.endsWith("/seats")) return given(session.answer());
    if (address.endsWith("/line") && !watched.line) return answered({});
    const answer = answers[Math.min(requests.length, answers.length - 1)];
    requests.push({ address, method, headers, signal, key: headers["Idempotency-Key"], body: body ? JSON.parse(body) : undefined });
    return given(typeof answer === "function" ? await answer(address) : answer);
  };
  return requests;
}

/** @param {Response | Error} answer */
function given(answer) {
  if (answer instanceof Error) throw answer;
  return answer.clone();
}

export const LOST = new TypeError("Failed to fetch");

/** Let everything happen that waits for nothing but its turn. */
export async function settled() {
  for (let turn = 0; turn < 20; turn += 1) await new Promise((done) => setImmediate(done));
}

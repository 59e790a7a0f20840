// Which calls a board shows, and which it announces. Pure: no socket, no clock, no sound.

export const SHOWN_MS = 60_000;

/** The calls of some stages, newest first: until served or missed, and a served one for a minute at least. */
export function liveCalls(tokens, stages, now) {
  return [...tokens]
    .filter((token) => stages.includes(token.stage) && isLive(token, now))
    .sort((a, b) => Date.parse(b.called_at) - Date.parse(a.called_at));
}

function isLive(token, now) {
  if (token.state === "called") return true;
  return token.state === "serving" && now - Date.parse(token.called_at) < SHOWN_MS;
}

/** What tells one call, and each time it is called again, from all others. */
export function callKey(token) {
  return `${token.call}#${token.calls}`;
}

/** Announces each call once, however often it is heard of; never what stood there when the board began. */
export class Announcer {
  constructor(stages) {
    this.stages = stages;
    this.known = new Set();
  }

  /** Take note of what is called already when the board begins. */
  begin(tokens) {
    for (const token of tokens) if (token.call) this.known.add(callKey(token));
  }

  /** Whether to announce a token now: called, young, in a stage of this board, and not announced before. */
  hears(token, now) {
    if (!token?.call || token.state !== "called" || !this.stages.includes(token.stage)) return false;
    if (this.known.has(callKey(token)) || now - Date.parse(token.called_at) >= SHOWN_MS) return false;
    this.known.add(callKey(token));
    return true;
  }
}

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

/** What tells one call, and each time it is called again, from all others: an undone repetition can be repeated. */
export function callKey(token) {
  return `${token.call}#${token.calls}#${token.called_at}`;
}

/** Announces each call once, however often it is heard of; never what stood there when the board began. */
export class Announcer {
  constructor(stages) {
    this.stages = stages;
    this.known = new Set();
    this.epoch = null;
  }

  /** Return what to announce of a floor that was loaded anew: nothing at first, later the calls made meanwhile. */
  loads({ epoch, tokens }, now) {
    const first = epoch !== this.epoch;
    this.epoch = epoch;
    const heard = [...tokens.values()].filter((token) => this.hears(token, now));
    return first ? [] : heard;
  }

  /** Whether to announce a token now: called, young, in a stage of this board, and not announced before. */
  hears(token, now) {
    if (!token?.call || token.state !== "called" || !this.stages.includes(token.stage)) return false;
    if (this.known.has(callKey(token)) || now - Date.parse(token.called_at) >= SHOWN_MS) return false;
    this.known.add(callKey(token));
    return true;
  }
}

/** Whether somebody who was called here now has to be told to stay: they wait again, or are gone unserved. */
export function takenBack(was, token, stages) {
  return Boolean(was) && was.state === "called" && stages.includes(was.stage) && ["waiting", "cancelled"].includes(token.state);
}

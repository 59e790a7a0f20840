// Keeps one screen equal to the server: a snapshot, then numbered events; any doubt asks again from the last number.

import { fromSnapshot, place, reduce } from "./reducer.js";

const DEADLINE_MS = 4000;
const RETRY_MS = 1000;
const STALE_MS = 10000;

/** Settle with the promise, or reject after `ms`: an answer that never comes must not hold the screen. */
function within(ms, promise) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error("no answer in time")), ms);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

export class Screen {
  /**
   * @param {{centre: string, socket: object, loadSnapshot: (signal: AbortSignal) => Promise<object>,
   *   onChange?: (state: object, events: object[]) => void}} parts
   *   `onChange` gets the events that were applied, live or in a catch-up; none when a snapshot was loaded.
   */
  constructor({ centre, socket, loadSnapshot, onChange = () => {} }) {
    this.centre = centre;
    this.socket = socket;
    this.loadSnapshot = loadSnapshot;
    this.onChange = onChange;
    this.state = null;
    this.heard = 0;
    this.attempt = 0;
    this.syncing = false;
    this.early = [];
  }

  /** Begin to follow the server. */
  start() {
    this.socket.on("connect", () => this.sync());
    this.socket.on("disconnect", () => this.forgetAttempt());
    this.socket.on("event", (event) => this.take(event));
    this.socket.on("heartbeat", (beat) => this.hear(beat));
    if (this.socket.connected) this.sync();
  }

  /** Whether what the screen shows was confirmed in the last ten seconds. */
  get live() {
    return this.state !== null && Date.now() - this.heard < STALE_MS;
  }

  /** Apply the next event; ask again when one is missing. */
  take(event) {
    if (this.syncing) this.early.push(event);
    if (this.syncing || this.state === null) return;
    const where = place(this.state, event);
    if (where === "gap") this.sync();
    if (where !== "next") return;
    this.heard = Date.now();
    this.state = reduce(this.state, event);
    this.onChange(this.state, [event]);
  }

  /** A heartbeat confirms the number we have, or shows that we have missed one. */
  hear(beat) {
    if (this.state === null || this.syncing) return;
    if (beat.epoch !== this.state.epoch || beat.seq > this.state.seq) this.sync();
    else this.heard = Date.now();
  }

  forgetAttempt() {
    this.attempt += 1;
    this.syncing = false;
  }

  /** Ask again from the last number, however often it takes; a later attempt replaces an earlier one. */
  async sync() {
    this.forgetAttempt();
    const mine = this.attempt;
    this.syncing = true;
    this.early = [];
    while (mine === this.attempt) {
      try {
        await this.catchUp(mine);
        return;
      } catch {
        await new Promise((done) => setTimeout(done, RETRY_MS));
      }
    }
  }

  async catchUp(mine) {
    let fresh = this.state === null;
    let state = this.state ?? (await this.load());
    let answer = await this.watch(state);
    while (answer.reload) {
      fresh = true;
      state = await this.load();
      answer = await this.watch(state);
    }
    const missed = answer.events.filter((event) => event.seq > state.seq);
    state = missed.reduce(reduce, state);
    if (mine !== this.attempt) return;
    this.state = state;
    this.syncing = false;
    this.heard = Date.now();
    this.onChange(state, fresh ? [] : missed);
    for (const event of this.early.splice(0)) this.take(event);
  }

  /** Join the room of the centre and get what was missed since the state. */
  async watch({ epoch, seq }) {
    const asked = { centre: this.centre, epoch, after: seq };
    const answer = await this.socket.timeout(DEADLINE_MS).emitWithAck("watch", asked);
    if (!answer.reload && !answer.events) throw new Error(answer.code);
    return answer;
  }

  async load() {
    const abort = new AbortController();
    try {
      return fromSnapshot(await within(DEADLINE_MS, this.loadSnapshot(abort.signal)));
    } finally {
      abort.abort();
    }
  }
}

// Keeps one screen equal to the server: a snapshot, then numbered events; any doubt asks again from the last number.

import { fromSnapshot, place, reduce } from "./reducer.js";

const DEADLINE_MS = 4000;
const RETRY_MS = 1000;
const STALE_MS = 9_000;

/** @typedef {import("./reducer.js").Floor} Floor */

/**
 * What a screen needs of a socket; Socket.IO gives its messages without types.
 *
 * @typedef {object} Wire
 * @property {boolean} connected
 * @property {(name: string, listener: (message: any) => void) => unknown} on
 * @property {(ms: number) => { emitWithAck: (name: string, message: object) => Promise<any> }} timeout
 */

/**
 * @typedef {object} Parts
 * @property {string} centre
 * @property {Wire} socket
 * @property {(signal: AbortSignal) => Promise<Baari.SnapshotOut>} loadSnapshot
 * @property {(state: Floor, events: Baari.EventView[]) => void} [onChange]
 *   gets the events that were applied, live or in a catch-up; none when a snapshot was loaded
 * @property {() => number} [elapsed] milliseconds of a clock that nobody sets
 */

/**
 * Settle with the promise, or reject after `ms`: an answer that never comes must not hold the screen.
 *
 * @template T
 * @param {number} ms
 * @param {Promise<T>} promise
 * @returns {Promise<T>}
 */
function within(ms, promise) {
  /** @type {ReturnType<typeof setTimeout>} */
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error("no answer in time")), ms);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

export class Screen {
  /** @param {Parts} parts */
  constructor({ centre, socket, loadSnapshot, onChange = () => {}, elapsed = () => performance.now() }) {
    this.centre = centre;
    this.socket = socket;
    this.loadSnapshot = loadSnapshot;
    this.onChange = onChange;
    this.elapsed = elapsed;
    /** @type {Floor | null} */
    this.state = null;
    this.heard = 0;
    this.attempt = 0;
    this.syncing = false;
    /** @type {Baari.EventView[]} */
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

  /** Whether what the screen shows was confirmed in the last nine seconds: so that it is said within ten that it was not. */
  get live() {
    return this.state !== null && this.elapsed() - this.heard < STALE_MS;
  }

  /**
   * Apply the next event; ask again when one is missing.
   *
   * @param {Baari.EventView} event
   */
  take(event) {
    // Kept while an answer is on its way: events of the room come before the catch-up that they follow.
    if (this.syncing) this.early.push(event);
    if (this.syncing || this.state === null) return;
    const where = place(this.state, event);
    if (where === "gap") this.sync();
    if (where !== "next") return;
    this.heard = this.elapsed();
    this.state = reduce(this.state, event);
    this.onChange(this.state, [event]);
  }

  /**
   * A heartbeat confirms the number we have, or shows that we have missed one.
   *
   * @param {Baari.HeartbeatOut} beat
   */
  hear(beat) {
    if (this.state === null || this.syncing) return;
    // A number below ours is no doubt: a heartbeat may have been overtaken by an event.
    if (beat.epoch !== this.state.epoch || beat.seq > this.state.seq) this.sync();
    else this.heard = this.elapsed();
  }

  forgetAttempt() {
    this.attempt += 1;
    this.syncing = false;
  }

  /** Ask again from the last number, however often it takes; a later attempt replaces an earlier one. */
  async sync() {
    this.forgetAttempt();
    const attempt = this.attempt;
    this.syncing = true;
    this.early = [];
    while (attempt === this.attempt) {
      try {
        await this.catchUp(attempt);
        return;
      } catch {
        await new Promise((done) => setTimeout(done, RETRY_MS));
      }
    }
  }

  /** @param {number} attempt */
  async catchUp(attempt) {
    let fresh = this.state === null;
    let state = this.state ?? (await this.load());
    let answer = await this.watch(state);
    if (answer.reload) {
      fresh = true;
      state = await this.load();
      answer = await this.watch(state);
    }
    // Not at once again: a server that never agrees must not be asked without end.
    if (answer.reload) throw new Error("the floor is old already");
    const known = state.seq;
    const missed = (answer.events ?? []).filter(({ seq }) => seq > known);
    state = missed.reduce(reduce, state);
    // A later attempt has begun: its answer is newer than this one, whichever comes first.
    if (attempt !== this.attempt) return;
    this.state = state;
    this.syncing = false;
    this.heard = this.elapsed();
    this.onChange(state, fresh ? [] : missed);
    for (const event of this.early.splice(0)) this.take(event);
  }

  /**
   * Join the room of the centre and get what was missed since the state.
   *
   * @param {Floor} state
   * @returns {Promise<Baari.EventsOut>}
   */
  async watch({ epoch, seq }) {
    const question = { centre: this.centre, epoch, after: seq };
    const answer = await this.socket.timeout(DEADLINE_MS).emitWithAck("watch", question);
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

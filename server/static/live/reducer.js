// The floor as a screen knows it, and how a numbered event changes it. Pure: no socket, no clock, no page.

/** @typedef {Baari.PublicToken | Baari.StaffToken} Token */

/** @typedef {Baari.PublicCounter & { reason?: string | null }} Counter staff are told why it does not call */

/** @typedef {{ centre: string, epoch: string, seq: number, frozen: boolean, notice: Baari.Notice | null, tokens: Map<string, Token>, counters: Map<string, Counter> }} Floor */

/**
 * Return the floor that a snapshot tells.
 *
 * @param {Baari.SnapshotOut} snapshot
 * @returns {Floor}
 */
export function fromSnapshot(snapshot) {
  return {
    centre: snapshot.centre,
    epoch: snapshot.epoch,
    seq: snapshot.seq,
    frozen: snapshot.frozen,
    notice: snapshot.notice,
    tokens: new Map(snapshot.tokens.map((token) => [token.id, token])),
    counters: new Map(snapshot.counters.map((counter) => [counter.id, counter])),
  };
}

/**
 * Tell what an event is to a floor: "known" already, the "next" one, or proof of a "gap".
 *
 * @param {Floor} state
 * @param {Baari.EventView} event
 */
export function place(state, event) {
  if (event.epoch !== state.epoch) return "gap";
  if (event.seq <= state.seq) return "known";
  return event.seq === state.seq + 1 ? "next" : "gap";
}

/**
 * Return the floor after the next event: upsert by id, drop what has ended.
 *
 * @param {Floor} state
 * @param {Baari.EventView} event
 * @returns {Floor}
 */
export function reduce(state, event) {
  const tokens = new Map(state.tokens);
  const counters = new Map(state.counters);
  if (event.token) {
    if (event.token.ended) tokens.delete(event.token.id);
    else tokens.set(event.token.id, event.token);
  }
  if (event.counter) counters.set(event.counter.id, event.counter);
  const told = event.frozen === null ? {} : { frozen: event.frozen, notice: event.notice };
  return { ...state, seq: event.seq, ...told, tokens, counters };
}

// Sit down at a counter, get up, and come back to where one sat.

import { askSession, seats } from "/static/staff/session.js";
import { atCounter } from "/static/ui/addresses.js";
import { command } from "/static/ui/http.js";
import { refuse } from "./commands.js";
import { page } from "./page.js";
import { at, closePanel, counter, line, refreshLine, refusal } from "./state.js";

/** Where this tab keeps who sat at which counter. */
const SEAT = "baari-seat";

/**
 * Sit down at a counter.
 *
 * @param {string} id
 * @param {boolean} [takeOver]
 */
export async function sit(id, takeOver = false) {
  refusal.value = null;
  try {
    await command(atCounter(id, "sit"), { take_over: takeOver });
    settle(id);
    sessionStorage.setItem(SEAT, JSON.stringify({ user: page.user, counter: id }));
    refreshLine();
  } catch (error) {
    refuse("sit", error, id);
  }
}

/** Get up and choose another counter. */
export async function leave() {
  try {
    await command(at("leave"), {});
    choose();
  } catch (error) {
    refuse("leave", error);
  }
}

/** Choose a counter anew: this person is at none. */
export function choose() {
  closePanel();
  sessionStorage.removeItem(SEAT);
  settle(null);
}

/**
 * Be at a counter, or at none; who sits where is asked anew.
 *
 * @param {string | null} id
 */
function settle(id) {
  counter.value = id;
  line.value = null;
  seats.value = null;
  askSession();
}

/** Take the seat of this screen, else the one that the same person had in this tab before it was reloaded. */
export function sitAgain() {
  const before = JSON.parse(sessionStorage.getItem(SEAT) ?? "null");
  const id = page.seat ?? (before?.user === page.user ? before?.counter : null);
  if (id) sit(id);
}

// Follows one token by asking for its status; an older answer never stands over a newer one. Knows no page.

const CALLED_MS = 2000;
const USUAL_MS = 5000;
const HIDDEN_MS = 20_000;
const LOST_MAX_MS = 20_000;
const DEADLINE_MS = 4500;

export class Follower {
  /**
   * @param {string} address of the status
   * @param {Baari.StatusNow} status as the page brought it
   * @param {typeof fetch} [ask]
   */
  constructor(address, status, ask = (input, init) => fetch(input, init)) {
    this.address = address;
    this.status = status;
    this.fetch = ask;
    this.etag = "";
    this.failures = 0;
    this.questions = 0;
    this.settled = 0;
  }

  /** Whether the status may be old; known within 10 s, USUAL_MS and DEADLINE_MS. */
  get lost() {
    return this.failures > 0;
  }

  /**
   * Take over what a command made of the token, if it is known; whatever was asked before the command ended is old.
   *
   * @param {Baari.StatusNow | null} status
   */
  take(status) {
    this.settled = this.questions += 1;
    if (!status) return;
    [this.status, this.etag, this.failures] = [status, "", 0];
  }

  /** Ask for the status. An answer or its absence counts only when nothing newer is known. */
  async ask() {
    const question = (this.questions += 1);
    const answer = await this.answer();
    if (question < this.settled) return;
    this.settled = question;
    if (answer === null) this.failures += 1;
    else [this.status, this.etag, this.failures] = [answer.status, answer.etag, 0];
  }

  /** @returns {Promise<{ status: Baari.StatusNow, etag: string } | null>} null when there is no good answer in time */
  async answer() {
    const [known, etag] = [this.status, this.etag];
    const abort = new AbortController();
    const timer = setTimeout(() => abort.abort(), DEADLINE_MS);
    try {
      const headers = etag ? { "If-None-Match": etag } : undefined;
      const answer = await this.fetch(this.address, { headers, signal: abort.signal });
      if (answer.status === 304) return { status: known, etag };
      return answer.ok ? { status: await answer.json(), etag: answer.headers.get("ETag") ?? "" } : null;
    } catch {
      return null;
    } finally {
      clearTimeout(timer);
    }
  }

  /**
   * Return the milliseconds until it is time to ask again.
   *
   * @param {boolean} hidden whether nobody sees the page
   */
  pause(hidden) {
    if (this.failures) return Math.min(USUAL_MS * this.failures, LOST_MAX_MS);
    // Whoever is done may still be in the building when an emergency begins.
    if (hidden || this.status.ended) return HIDDEN_MS;
    return this.status.state === "called" ? CALLED_MS : USUAL_MS;
  }
}

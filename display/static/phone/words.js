// The one sentence that is true now, and what comes after it. Pure, so that it can be tested.

import { isStranded, waitSentences } from "/static/ui/waits.js";

/**
 * How a page says things: words, a number of people, times and dates as people write them, counters; `clock` and `day` are
 * those of a moment that is told in the time that people are shown.
 *
 * @typedef {Record<"time" | "date" | "clock" | "day", (text: string) => string>} Times
 * @typedef {Times & { t: (text: string, values?: Record<string, string | number>) => string, tn: (one: string, many: string, n: number) => string, at: (status: Baari.StatusNow) => string }} Say
 */

/**
 * The truth of now.
 *
 * @param {Baari.StatusNow} status
 * @param {Say} say
 */
export function truth(status, { t, tn, time, at }) {
  if (status.ended) return ended(status, t);
  if (status.resumes_at) return t("The centre is closed now; your place is kept.");
  if (status.frozen) return t("The centre has stopped; your place is kept.");
  const place = { counter: at(status) };
  if (status.state === "called") return t("Go to {counter} now", place);
  if (status.state === "serving") return t("You are being served at {counter}", place);
  if (status.state === "held") return t("Please stay near {counter}.", place);
  if (status.state === "paused" && status.until) return t("Back by {time}; your place is kept.", { time: time(status.until) });
  if (status.state === "missed") return t("Your turn has passed.");
  if (isStranded(status)) return t("No counter for this is open now.");
  if (status.ahead === 0) return t("You are next");
  return tn("{n} person before you", "{n} people before you", status.ahead);
}

/**
 * What comes next: the wait and the visit, what to do, how long a return slip is good; empty when there is nothing to tell.
 *
 * @param {Baari.StatusNow} status
 * @param {string} here the name of the stage
 * @param {Say} say
 */
export function following(status, here, { t, tn, date, clock, day }) {
  if (status.ended) return status.return_until ? t("Your return slip is good until {date}.", { date: date(status.return_until) }) : "";
  if (status.resumes_at) return t("It opens again on {date} at {time}.", { date: day(status.resumes_at), time: clock(status.resumes_at) });
  if (status.frozen) return "";
  if (status.state === "held") return t("The counter will go on with you.");
  if (status.state === "missed") return t("Press “I am here”: you get your place back.");
  if (status.state !== "waiting") return "";
  // The truth says already that no counter is there.
  if (isStranded(status)) return status.ahead ? tn("{n} person before you", "{n} people before you", status.ahead) : "";
  return waitSentences(status, here, { t, time: clock }).join(" ");
}

/**
 * Who was called first, why, and the limit that this does not change; empty when nobody was.
 *
 * @param {Baari.StatusNow} status
 * @param {Record<string, string>} calledFirst the sentence by why
 * @param {Say} say
 */
export function passed({ overtaken, frozen, resumes_at }, calledFirst, { t }) {
  if (!overtaken || frozen || resumes_at) return [];
  const { limit, why, label } = overtaken;
  const promise = limit === null ? [] : [t("Your limit stays the same."), t("By the rule, no more than {n} can pass you now.", { n: limit })];
  return [t(calledFirst[why], { label }), ...promise];
}

/**
 * @param {Baari.StatusNow} status
 * @param {Say["t"]} t
 */
function ended(status, t) {
  if (status.withdrawn) return t("This token was withdrawn. Please give the slip to staff.");
  if (status.decision === "granted") return t("Done. Your application is granted.");
  if (status.decision === "deferred") return t("Your application is on hold. Keep your return slip.");
  if (status.state === "refused") return t("Please come back with the missing papers. Keep your return slip.");
  if (status.state === "done") return t("Done. Thank you for coming.");
  if (status.state === "cancelled") return t("This token was cancelled.");
  return t("The day is over and this token has ended. Ask at the enquiry counter.");
}

// The one sentence that is true now, and what comes after it. Pure, so that it can be tested.

/**
 * The truth of now. `say` holds `t` for words, `tn` for a number of people, `time` and `date` as people write them, and
 * `at` for the counters.
 */
export function truth(status, { t, tn, time, at }) {
  if (status.ended) return ended(status, t);
  if (status.frozen) return t("The centre has stopped; your place is kept.");
  const place = { counter: at(status) };
  if (status.state === "called") return t("Go to {counter} now", place);
  if (status.state === "serving") return t("You are being served at {counter}", place);
  if (status.state === "held") return t("Please stay near {counter}.", place);
  if (status.state === "paused") return t("Back by {time}; your place is kept.", { time: time(status.until) });
  if (status.state === "missed") return t("Your turn has passed.");
  if (status.ahead === 0) return t("You are next");
  return tn("{n} person before you", "{n} people before you", status.ahead);
}

/** What comes next: the wait as a range, what to do, how long a return slip is good; empty when there is nothing to tell. */
export function following(status, { t, date }) {
  if (status.ended) return status.return_until ? t("Your return slip is good until {date}.", { date: date(status.return_until) }) : "";
  if (status.frozen) return "";
  if (status.state === "held") return t("The counter will go on with you.");
  if (status.state === "missed") return t("Press “I am here”: you get your place back.");
  if (status.state !== "waiting" || !status.wait) return "";
  if (status.wait.high_min === null) return t("The counters open soon");
  return t("about {low}–{high} minutes", { low: status.wait.low_min, high: status.wait.high_min });
}

/** Who was called first, why, and the limit that this does not change; empty when nobody was. */
export function passed({ overtaken, frozen }, { t }) {
  if (!overtaken || frozen) return [];
  const { limit } = overtaken;
  const promise = limit === null ? [] : [t("Your limit stays the same."), t("By the rule, no more than {n} can pass you now.", { n: limit })];
  return [calledFirst(overtaken, t), ...promise];
}

function calledFirst({ why, label }, t) {
  if (why === "priority") return t("{label} was called first: priority.", { label });
  if (why === "staff") return t("{label} was called first: staff decided so.", { label });
  if (why === "counter") return t("{label} was called first: that counter is meant for it.", { label });
  return t("{label} was called first: its time was due.", { label });
}

function ended(status, t) {
  if (status.decision === "granted") return t("Done. Your application is granted.");
  if (status.decision === "deferred") return t("Your application is on hold. Keep your return slip.");
  if (status.state === "refused") return t("Please come back with the missing papers. Keep your return slip.");
  if (status.state === "done") return t("Done. Thank you for coming.");
  if (status.state === "cancelled") return t("This token was cancelled.");
  return t("The day is over and this token has ended. Ask at the enquiry counter.");
}

/** What a citizen can do now: the buttons in order, the most useful first, and whether they can leave. */
export function possible({ state, ended: over, frozen }) {
  if (over || frozen) return { verbs: [], leave: false };
  const verbs = { waiting: ["away"], paused: ["here", "away"], missed: ["here"] }[state] ?? [];
  return { verbs, leave: state !== "serving" };
}

// The one sentence that is true now, and what comes after it. Pure, so that it can be tested.

/** @param t {(text: string, values?: object) => string} the words @param tn the same for a number of people */
export function truth(status, t, tn) {
  if (status.ended) return ended(status, t);
  const at = { counter: status.counter };
  if (status.state === "called") return t("Go to {counter} now", at);
  if (status.state === "serving") return t("You are being served at {counter}", at);
  if (status.state === "missed") return t("Your number was called. Please come to the counter.");
  if (status.ahead === 0) return t("You are next");
  return tn("{n} person before you", "{n} people before you", status.ahead);
}

/** The wait as a range, empty when there is none to tell. */
export function wait(status, t) {
  if (status.state !== "waiting" || !status.wait) return "";
  if (status.wait.high_min === null) return t("The counters open soon");
  return t("about {low}–{high} minutes", { low: status.wait.low_min, high: status.wait.high_min });
}

function ended(status, t) {
  if (status.decision === "granted") return t("Done. Your application is granted.");
  if (status.decision === "deferred") return t("Your application is on hold. Keep your return slip.");
  if (status.state === "refused") return t("Please come back with the missing papers. Keep your return slip.");
  if (status.state === "done") return t("Done. Thank you for coming.");
  if (status.state === "cancelled") return t("This token was cancelled.");
  return t("The day is over and this token has ended. Ask at the enquiry counter.");
}

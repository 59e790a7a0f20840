"""The report of a day, and its certificate of fairness, as lines of text."""

from server.domain.proof.certificates import Certificate
from server.services.figures.reports import DayReport
from server.wording.clock import CLOCK_CHANGES

PROVEN = "Proven: the chain, every result computed anew from what was done, and the tables."
BELIEVED = (
    "Believed: what people decided and told, and that nobody wrote the whole log anew, which only a seal kept outside "
    "shows (--seal)."
)


def certificate_lines(day: Certificate) -> list[str]:
    """Return the certificate of a day as lines of text."""
    bound = "no bound promised" if day.bound is None else f"at most {day.bound} promised"
    rules = ", ".join(f"{count} {rule.replace('_', ' ')}" for rule, count in day.rules.items()) or "none"
    lines = [
        f"Certificate of fairness, {day.day}",
        f"  calls              {day.calls} ({rules})",
        f"  overtaken ÷ (k+1)  {day.worst:.2f} at worst, {bound}",
    ]
    for klass, spread in day.overtaken.items():
        counts = f"mean {spread.mean:.2f}, p95 {spread.p95}, most {spread.max}"
        lines.append(f"  overtaken, {klass}       {counts} ({spread.tokens} calls)")
    for why, count in day.out_of_order.items():
        lines.append(f"  out of order       {count} × {why.replace('_', ' ')}")
    lines.append(f"  taken back         {day.undone}")
    return [*lines, f"  promises broken    {day.unexplained + day.beyond_bound}"]


def report_lines(report: DayReport) -> list[str]:
    """Return the report of a day as lines of text."""
    count, name = report.figures, report.name.get("en") or next(iter(report.name.values()))
    ended = ", ".join(f"{n} {state.replace('_', ' ')}" for state, n in sorted(count.ended.items())) or "nobody yet"
    lines = [
        f"{name} ({report.centre}), {report.day}{'' if report.closed else ', not closed yet'}",
        f"Tokens issued: {count.issued}. Ended: {ended}.",
    ]
    if (stay := count.stay.get("all")) is not None:
        lines.append(f"Stay of {stay.n}: p50 {stay.p50}, p90 {stay.p90}, p95 {stay.p95} minutes.")
        inside = (f"{one.people * 100 // stay.n} % less than {one.minutes} min" for one in report.inside)
        lines.append(f"  {', '.join(inside)} ({report.promise_min} min promised)")
    lines += [f"Wait at {stage}: p50 {wait.p50}, p90 {wait.p90} minutes." for stage, wait in count.wait.items()]
    lines += [f"{change.at} {change.kind} {change.flag} {change.note or change.cause}" for change in report.notices]
    lines += [CLOCK_CHANGES[change.what].format(was=change.was, shown=change.shown) for change in report.clock]
    lines += ["", *certificate_lines(report.certificate)]
    lines += [f"  event {fault.seq}: {fault.text}" for fault in report.certificate.faults[:5]]
    return [*lines, "", PROVEN, BELIEVED, f"Seal: {report.seal.text}"]

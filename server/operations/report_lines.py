"""The report of a day, and its certificate of fairness, as lines of text."""

from collections.abc import Mapping
from typing import Any


def certificate_lines(day: Mapping[str, Any]) -> list[str]:
    """Return the certificate of a day as lines of text."""
    bound = "no bound promised" if day["bound"] is None else f"at most {day['bound']} promised"
    rules = ", ".join(f"{count} {rule.replace('_', ' ')}" for rule, count in day["rules"].items()) or "none"
    lines = [
        f"Certificate of fairness, {day['day']}",
        f"  calls              {day['calls']} ({rules})",
        f"  overtaken ÷ (k+1)  {day['worst']:.2f} at worst, {bound}",
    ]
    for klass, spread in day["overtaken"].items():
        told = f"mean {spread['mean']:.2f}, p95 {spread['p95']}, most {spread['max']}"
        lines.append(f"  overtaken, {klass}       {told} ({spread['tokens']} calls)")
    for why, count in day["out_of_order"].items():
        lines.append(f"  out of order       {count} × {why.replace('_', ' ')}")
    lines.append(f"  taken back         {day['undone']}")
    broken = day["unexplained"] + day["beyond_bound"]
    return [*lines, f"  promises broken    {broken}"]


def report_lines(told: Mapping[str, Any]) -> list[str]:
    """Return the report of a day as lines of text."""
    count, name = told["figures"], told["name"].get("en") or next(iter(told["name"].values()))
    stay = count["stay"].get("all", {"n": 0})
    ended = ", ".join(f"{n} {state.replace('_', ' ')}" for state, n in sorted(count["ended"].items())) or "nobody yet"
    lines = [
        f"{name} ({told['centre']}), {told['day']}{'' if told['closed'] else ', not closed yet'}",
        f"{count['issued']} tokens: {ended}.",
    ]
    if stay["n"]:
        lines.append(f"Stay of {stay['n']}: p50 {stay['p50']}, p90 {stay['p90']}, p95 {stay['p95']} minutes.")
    lines += [f"{one['at']} {one['what']} {one['reason'] or ''}".rstrip() for one in told["freezes"]]
    lines += ["", *certificate_lines(told["certificate"])]
    lines += [f"  event {fault['seq']}: {fault['text']}" for fault in told["certificate"]["faults"][:5]]
    return [*lines, "", f"Seal: {told['seal']['text']}"]

"""What is promised of a line: in order of age inside a class, and a bound on being overtaken.

Counted with sets and numbers over plain dicts, apart from the engine's own audit and more strictly: an elder counts
once for as long as it stays in line, and nobody is given a turn for an undone call.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from tests.services.machine.plan import COUNTERS, DESKS, OPERATORS, PATIENCE_S, QUOTA

NOT_BY_RULE = frozenset({"emergency"})
Dict = dict[str, Any]
Group = tuple[str, str, bool]


def group(counter: str) -> Group:
    """Return the name shared by the counters of a stage that may take the same tokens."""
    desk = DESKS.get(counter, {})
    return counter[:-1], "".join(desk.get("reserved", ())), desk.get("step_free", True)


GROUPS = {group(counter): counter for counter in COUNTERS}


def takes(counter: str, t: Dict) -> bool:
    """Whether a counter may call a token."""
    desk = DESKS.get(counter, {})
    if t["only"]:
        return t["only"] in (counter, OPERATORS.get(counter))
    free = desk.get("step_free", True) or "wheelchair" not in t["access"]
    return bool(free) and t["klass"] in desk.get("reserved", [t["klass"]])


def place(t: Dict) -> tuple[Any, int]:
    """Return what orders a line: the age, then the event."""
    return t["since"], t["seq"]


def _alike(t: Dict) -> tuple[Any, ...]:
    return t["klass"], t["emergency_at"] is None, t["only"]


def _speaks(counter: str, t: Dict) -> bool:
    return t["language"] in DESKS.get(counter, {}).get("languages", (t["language"],))


class FairLine:
    """Who stands in which line, before whom, and how often each was passed over by each group of counters."""

    def __init__(self) -> None:
        self.watched: dict[tuple[Any, ...], dict[Group, Dict]] = {}

    def look(self, waiting: Iterable[Dict]) -> None:
        """Take over who waits: `k` grows by each older one that a group could now call and could not before."""
        line = list(waiting)
        self.watched = {_key(t): self.watched.get(_key(t), {}) for t in line if not t["only"]}
        for t in line:
            older = [o for o in line if o["stage"] == t["stage"] and place(o) < place(t)]
            for of, counter in GROUPS.items():
                if of[0] == t["stage"] and not t["only"] and takes(counter, t):
                    now = {o["id"] for o in older if o["only"] or takes(counter, o)}
                    told = self.watched[_key(t)].setdefault(of, {"k": 0, "elders": set(), "calls": 0, "passed": 0})
                    told["k"] += len(now - told["elders"])
                    told["elders"] = now

    def called(self, counter: str, t: Dict, line: Sequence[Dict], rule: str) -> None:
        """Assert that a call was the rule's to make: eligible, in order inside its class, and within the bound."""
        assert takes(counter, t), f"{t['label']} may not be called to {counter}"
        for other in line:
            if _alike(other) == _alike(t) and takes(counter, other) and place(other) < place(t):
                self._assert_spoken(counter, t, other)
        if rule not in NOT_BY_RULE:
            self._count(group(counter), t, line)

    def _assert_spoken(self, counter: str, t: Dict, older: Dict) -> None:
        """Only a language that is spoken here lets somebody pass one of the same class who is hardly older."""
        younger_s = (t["since"] - older["since"]).total_seconds()
        fair = _speaks(counter, t) and not _speaks(counter, older) and younger_s <= PATIENCE_S
        assert fair, f"{t['label']} was called before {older['label']} of its class"

    def _count(self, of: Group, t: Dict, line: Sequence[Dict]) -> None:
        for other in line:
            told = self.watched.get(_key(other), {}).get(of)
            if told is not None:
                told["calls"] += 1
                told["passed"] += place(other) < place(t)
                most = QUOTA * (told["k"] + 1), (QUOTA - 1) * (told["k"] + 1)
                within = told["calls"] <= most[0] and told["passed"] <= most[1]
                assert within, f"{other['label']} waited for {told['calls']} calls, overtaken {told['passed']} times"


def _key(t: Dict) -> tuple[Any, ...]:
    return t["id"], t["seq"], t["access"], *_alike(t)

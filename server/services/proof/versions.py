"""The versions of a set-up as a record is judged by them, and what stands against them."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from types import SimpleNamespace
from typing import Any

from server.domain.centre import CentreState
from server.domain.events.payloads import PolicyChanged
from server.domain.plan.plan import Plan
from server.domain.proof.findings import Finding
from server.domain.proof.hall import SetUp
from server.services.setup.plans import Own, plan_from, plan_of
from server.services.setup.versions import NOT_SET_UP, sha256_of, standing
from server.storage.sql import installation, setup
from server.storage.sql.setup import VersionRow
from server.storage.transaction import Read

Document = Mapping[str, Any]  # JSON, as `server.services.setup.versions` keeps it
MAY_DIFFER = frozenset({"at", "devices"})
"""What a version may have otherwise than the one before it without an event of the plan."""
PLANS_KEPT = 8


class Versions:
    """The kept versions of a set-up, and the plan that each has on a day."""

    def __init__(self, read: Read, centre: CentreState) -> None:
        self._read, self._centre = read, centre
        self._rows: Sequence[VersionRow] = setup.versions(read, centre.id)
        self._plans: dict[tuple[int, date], Plan] = {}
        self._announced: dict[int, PolicyChanged] = {}

    @property
    def set_up(self) -> SetUp:
        """What a replay asks."""
        return SetUp(self.plan, self.number_on, self._centre.calendar_day)

    def plan(self, number: int, day: date) -> Plan:
        """Return the plan of a version on a day; of one that was not kept whole, the plan as the rows stand."""
        plan = self._plans.get((number, day))
        if plan is None:
            if len(self._plans) >= PLANS_KEPT:
                self._plans.clear()
            document = next((row.document for row in self._rows if row.number == number), {})
            plan = plan_in(document, day) if _whole(document) else plan_of(self._read, self._centre, day)
            self._plans[number, day] = plan
        return plan

    def number_on(self, day: date) -> int:
        """Return the version that is in force on a day: the last that begins by then."""
        return max((row.number for row in self._rows if row.begins <= day), default=0)

    def announce(self, payload: PolicyChanged) -> None:
        """Take over that an event has made a version."""
        if payload.number is not None:
            self._announced[payload.number] = payload

    def compare(self) -> Iterator[Finding]:
        """Compare the versions with their hashes, with the events that made them, and the last with the rows."""
        before: Document = {}
        for row in self._rows:
            if row.sha256 != sha256_of(row.document):
                yield "plan_differs", f"Version {row.number} of the set-up is not what was kept."
            if _whole(before) and row.number in self._announced:
                yield from _made(row, before, self._announced[row.number])
            before = row.document
        first = installation.set_up_of(self._read, self._centre.id)
        if first is not None and [row.sha256 for row in self._rows[:1]] != [first]:
            yield "plan_differs", "The first version of the set-up is not the one that was installed."
        if self._centre.plan_version != len(self._rows):
            text = f"{self._centre.plan_version} versions of the set-up are promised, {len(self._rows)} are kept."
            yield "plan_differs", text
        if _whole(before) and _lasting(before) != _lasting(standing(self._read, self._centre)):
            yield "plan_differs", "The set-up in the tables is not that of its last version."
        for number in self._announced.keys() - {row.number for row in self._rows}:
            yield "plan_differs", f"Version {number} of the set-up is in the log only."


def _whole(document: Document) -> bool:
    """Whether a version was kept whole; those that were made of a pilot's rules are not."""
    return "centre" in document


def plan_in(document: Document, day: date) -> Plan:
    """Return the plan that a kept version has on a day."""
    own = document["centre"]
    bodies: dict[str, tuple[str, Any]] = {}  # of each kind its own JSON
    for policy in document["policies"]:
        begins = str(policy["valid_from"])
        if begins <= day.isoformat() and begins >= bodies.get(policy["kind"], ("", None))[0]:
            bodies[policy["kind"]] = begins, policy["body"]
    return plan_from(
        Own(own["timezone"], own["day_start"], tuple(own["languages"])),
        lambda part: [SimpleNamespace(**row) for row in document[part]],
        lambda kind, _day: bodies.get(kind, ("", None))[1],
        day,
    )


def _made(row: VersionRow, before: Document, event: PolicyChanged) -> Iterator[Finding]:
    """Compare a version with the one before it and the rule that its event says."""
    policy = {"kind": event.policy, "valid_from": event.valid_from.isoformat(), "body": event.body}
    kept = [p for p in before["policies"] if (p["kind"], p["valid_from"]) != (policy["kind"], policy["valid_from"])]
    due = _lasting({**before, "policies": [*kept, policy]})
    if row.begins != event.valid_from or due != _lasting(row.document):
        yield "plan_differs", f"Version {row.number} of the set-up is not what its event has made of the one before."


def _lasting(document: Document) -> Document:
    """Return what only an event of the plan changes, the rules in one order."""
    rules = sorted(document["policies"], key=lambda policy: (policy["kind"], policy["valid_from"]))
    # Versions that are kept already may hold when a counter that paused was expected back.
    counters = [{name: row[name] for name in row.keys() - NOT_SET_UP} for row in document["counters"]]
    parts = {part: value for part, value in document.items() if part not in MAY_DIFFER}
    return {**parts, "policies": rules, "counters": counters}

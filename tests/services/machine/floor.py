"""The whole model: a floor with undo, leased numbers, freezes, and days that close."""

from tests.services.machine.desks import DeskModel
from tests.services.machine.plan import LAST
from tests.services.machine.state import AT, Dict, No, refuse

UNDO_S = 300
UNDOABLE = frozenset(
    [
        *("called", "recalled", "started", "held", "resumed", "finished", "missed", "paused", "returned"),
        *("transferred", "corrected", "remarked", "cancelled"),
    ]
)


class FloorModel(DeskModel):
    """An oracle for the state machine, written without the engine's rules.

    Each command either raises `No` with all codes by which it may be refused, or changes the dicts as was promised.
    """

    def undo_at(self, counter: str, event: int | None) -> None:
        mine = [d for d in reversed(self.deeds) if d["desk"] == counter and d["kind"] in UNDOABLE and not d["undone"]]
        self._undo(next((d for d in mine if event in (None, d["seq"])), None), counter)

    def undo_of(self, token: str) -> None:
        refuse(unknown_token=token not in self.tokens)
        self._undo(self._latest(token), None)

    def _latest(self, token: str) -> Dict | None:
        """Return what was done to a token last and stands; None when that cannot be undone."""
        of_it = (d for d in reversed(self.deeds) if d["token"] == token and d["kind"] != "undone" and not d["undone"])
        last = next(of_it, None)
        return last if last and last["kind"] in UNDOABLE else None

    def _undo(self, deed: Dict | None, counter: str | None) -> None:
        late = deed is not None and deed["seq"] <= self.sealed
        if deed is None or late or self._latest(deed["token"]) is not deed or self.active(deed["at"]) > UNDO_S:
            raise No(["nothing_to_undo"])
        t, before = self.tokens[deed["token"]], deed["before"]
        there = [self.at(c) for c in (before["counter"], *before["beside"]) if c and before["state"] in AT]
        refuse(counter_busy=not before["ended"] and any(one is not None and one is not t for one in there))
        self.act("undone", t, counter or deed["desk"], **before)
        deed["undone"] = True

    def freeze(self) -> None:
        if not self.frozen:
            self.note("frozen")
            self.freezes.append([self.now, None])

    def unfreeze(self) -> None:
        if self.frozen:
            self.note("unfrozen")
            self.freezes[-1][1] = self.now

    def lease(self, series: str, count: int) -> None:
        first = self.used.get((self.today, series), 0) + 1
        while any(not self.is_free(series, n) for n in range(first, first + count)):
            first += 1
        refuse(series_full=first + count - 1 > LAST.get(series, 999))
        self.note("leased")
        block = {"id": self.seq, "day": self.today, "series": series, "first": first, "last": first + count - 1}
        self.leases.append(block | {"void": False, "at": self.now})
        self.used[self.today, series] = first + count - 1

    def void(self, lease: int) -> None:
        found = [one for one in self.leases if one["id"] == lease and one["day"] == self.today and not one["void"]]
        refuse(unknown_lease=not found)
        self.note("voided")
        found[0]["void"] = True

    def keep_house(self) -> None:
        if self.frozen or self.night is not None:
            return
        for t in self.open_tokens():
            if t["state"] == "paused" and t["until"] <= self.now:
                self.return_to_line(t["id"], None)
        for t in self.open_tokens():
            if t["state"] == "waiting" and t["only"] and not self._at_work(t["stage"], t["only"]):
                there = self.elsewhere(t["stage"], t["aged_from"], ways_back=t["ways_back"])
                self.act("transferred", t, None, **there)
        if self.day_is_over():
            self.end_day("end", ())

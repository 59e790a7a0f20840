"""The whole model: a floor with undo, leased numbers, freezes, and days that close."""

from tests.services.machine.desks import DeskModel
from tests.services.machine.plan import LAST
from tests.services.machine.state import AT, Dict, No, refuse

UNDO_S = 300
UNDOABLE = frozenset(
    [
        *("called", "recalled", "started", "held", "resumed", "finished", "missed", "paused", "returned"),
        *("transferred", "corrected", "remarked", "cancelled", "merged", "attached"),
    ]
)
TAKES_BACK = frozenset({"undone", "withdrawn"})


def _is_undoable(deed: Dict) -> bool:
    """Whether a person can take a deed back: of tokens that were given, those of a desk; of counters, a pause."""
    if deed["token"] is None:
        return bool(deed["kind"] == "paused")
    return deed["kind"] in UNDOABLE or (deed["kind"] == "issued" and deed["desk"] is not None)


class FloorModel(DeskModel):
    """An oracle for the state machine, written without the engine's rules.

    Each command either raises `No` with all codes by which it may be refused, or changes the dicts as was promised.
    """

    def undo_at(self, counter: str, act: int | None) -> None:
        mine = (d for d in reversed(self.deeds) if d["desk"] == counter and not d["undone"] and _is_undoable(d))
        self._undo(next((d for d in mine if act in (None, d["act"])), None))

    def undo_of(self, token: str) -> None:
        refuse(unknown_token=token not in self.tokens)
        latest = self._latest(token)
        self._undo(latest if latest and _is_undoable(latest) else None)

    def _latest(self, token: str) -> Dict | None:
        """Return what was done to a token last and stands."""
        of_it = (d for d in reversed(self.deeds) if d["token"] == token and d["kind"] not in TAKES_BACK)
        return next((d for d in of_it if not d["undone"]), None)

    def _undo(self, deed: Dict | None) -> None:
        """Take back the whole act of a deed, newest first; nothing of it when something stands against one of them."""
        if deed is None:
            raise No(["nothing_to_undo"])
        act = [d for d in self.deeds if d["act"] == deed["act"] and _is_undoable(d)]
        latest = [self._latest(d["token"]) for d in act if d["token"]]
        refuse(
            day_closed=act[0]["seq"] <= self.sealed,
            nothing_to_undo=self.active(act[0]["at"]) > UNDO_S,
            later_act=any(last is not None and last["act"] != deed["act"] for last in latest),
        )
        for d in act:
            self._require_place(d)
        self.require_unclaimed(act)
        for d in reversed(act):
            self._take_back(d)

    def _require_place(self, deed: Dict) -> None:
        """Refuse when somebody else is where a token would be again, or that counter is closed."""
        before = deed["before"]
        if before is None or before["ended"] or before["state"] not in AT:
            return
        desks = (before["counter"], *before["beside"])
        there = [self.at(c) for c in desks]
        refuse(
            counter_busy=any(one is not None and one["id"] != deed["token"] for one in there),
            counter_not_open=any(self.counters[c] == "closed" for c in desks),
        )

    def _take_back(self, deed: Dict) -> None:
        if deed["token"] is None:
            if self.counters[deed["counter"]] == "paused":
                self.set_state(deed["counter"], "open", after_current=False)
        elif deed["kind"] == "issued":
            self.act(
                "withdrawn", self.tokens[deed["token"]], deed["desk"], ended=True, ends="cancelled", ended_at=self.now
            )
        else:
            self.act("undone", self.tokens[deed["token"]], deed["desk"], **deed["before"])
            self.give_back(deed)
            self.claim_again(deed)
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
        found = [one for one in self.leases if one["id"] == lease and self._counts(one) and not one["void"]]
        refuse(unknown_lease=not found)
        self.note("voided")
        found[0]["void"] = True

    def _counts(self, block: Dict) -> bool:
        """Whether numbers of a block may still be entered, or be declared void."""
        return bool(block["day"] == self.today or (self.runs_on and block["day"] == self.closed_day))

    def hand_over(self, token: str) -> None:
        t = self.the(token)
        stays = t["state"] != "waiting" or not t["only"] or self._at_work(t["stage"], t["only"])
        refuse(not_in_this_line=stays)
        there = self.elsewhere(t["stage"], t["aged_from"], ways_back=t["ways_back"])
        self.act("transferred", t, None, **there)

    def keep_house(self) -> None:
        if self.frozen or self.night is not None:
            return
        for t in self.open_tokens():
            if t["state"] == "paused" and t["until"] <= self.now:
                self.return_to_line(t["id"], None)
        if self.day_is_over():
            self.end_day("end", ())

"""Bookings of the small centre, the ways in which people type one, and what is promised when a token gets one."""

from collections.abc import Callable
from datetime import datetime, timedelta

from tests.factories import MORNING
from tests.services.machine.plan import ACCESS, NEEDS, ROUTES, SERVICES, TARGETS
from tests.services.machine.state import Dict, refuse
from tests.services.machine.tokens import TokenModel

SLOT, LATE, EARLY = MORNING, timedelta(minutes=15), timedelta(minutes=15)
# reference: the service and the need that were booked; all are for the first morning
BOOKED: dict[str, tuple[str, str | None]] = {
    "AB-1000000001": ("TATKAAL", None),
    "AB-1000000002": ("NORMAL", "senior"),
    "AB-1000000003": ("ENQUIRY", None),
    "AB-1000000004": ("PCC", "infant"),
}


def _digits(zero: str) -> Callable[[str], str]:
    """Return what types the digits of a script whose nought is `zero`."""
    return lambda text: text.translate({ord("0") + n: ord(zero) + n for n in range(10)})


def _between(mark: str) -> Callable[[str], str]:
    return lambda text: mark.join(text.replace("-", ""))


TYPED: tuple[Callable[[str], str], ...] = (
    *(str, str.lower, str.title, str.swapcase),
    *(lambda text, mark=mark: text.replace("-", mark) for mark in ("", " ", "/", "_", ".", " - ", "\u2013", "\u00a0")),
    *map(_between, (" ", "-", "\u200b")),
    *map(_digits, ("\u0966", "\u0660", "\u0be6", "\uff10")),
    lambda text: f"  ({text})\t",
)


class BookedModel(TokenModel):
    """Attach a booking at a desk, and merge tokens that have one."""

    def __init__(self) -> None:
        super().__init__()
        self.holders: dict[str, str | None] = dict.fromkeys(BOOKED)

    def attach(self, token: str, reference: str | None, desk: str | None) -> None:
        """Give a booking to a token; None stands for a reference that nobody knows."""
        t = self.the(token)
        refuse(unknown_appointment=reference is None)
        assert reference is not None
        refuse(
            appointment_other_day=self.today != SLOT.date() and not self.now - LATE <= SLOT <= self.now + EARLY,
            appointment_used=self._is_used(reference),
            token_has_appointment=token in self.holders.values(),
        )
        self.act("attached", t, desk, **self.appointed(t, reference))
        self.deeds[-1] |= {"booking": reference, "gives": None}
        self.holders[reference] = token

    def merge(self, token: str, into: str, desk: str | None) -> None:
        """End a token in another one of the same person: older age and place, better class, and the people of both."""
        ends, stays = self.the(token), self.the(into)
        refuse(invalid_input=token == into)
        refuse(illegal_transition=ends["state"] == "serving")
        left, reference = dict(ends), self.booking_of(token)
        brings = None if self.booking_of(into) else reference
        self.act("cancelled", ends, desk, ended=True, ends="cancelled", ended_at=self.now)
        aged = min(stays["aged_from"], left["aged_from"])
        changes: Dict = {"aged_from": aged, "since": stays["since"], "klass": stays["klass"], "need": stays["need"]}
        if stays["since"] == stays["aged_from"]:
            changes["since"] = min(stays["since"], aged)
        if brings is not None:
            changes |= self.appointed(stays, brings, aged)
        if left["stage"] == changes.get("stage", stays["stage"]):
            changes["since"] = min(changes["since"], left["since"])
        if _rank(left["klass"]) < _rank(changes["klass"]):
            changes |= {"klass": left["klass"], "need": left["need"] or changes["need"]}
        then = [code for code in (*stays["then"], *left["then"]) if code != stays["service"]]
        changes |= {"then": tuple(dict.fromkeys(then)), "party": max(stays["party"], left["party"])}
        changes["access"] = tuple(need for need in ACCESS if need in (*stays["access"], *left["access"]))
        self.act("merged", stays, desk, **changes)
        self.deeds[-1] |= {"booking": reference, "gives": token}
        if reference is not None:
            self.holders[reference] = into

    def appointed(self, t: Dict, reference: str, older: datetime = MORNING + timedelta(days=99)) -> Dict:
        """Return what a booking changes of a token: its age is the oldest of all."""
        service, needed = BOOKED[reference]
        (route, series), need = SERVICES[service], needed or t["need"]
        slot = SLOT if t["came"] <= SLOT + LATE else t["came"]
        aged = min(t["aged_from"], slot, older)
        since = min(t["since"], aged) if t["since"] == t["aged_from"] else t["since"]
        changes: Dict = {"service": service, "route": route, "need": need, "klass": NEEDS.get(need or "", series)}
        changes |= {"aged_from": aged, "since": since}
        if service != t["service"]:
            changes["ways_back"] = tuple(way for way in t["ways_back"] if way[0] in ROUTES[route])
            if t["stage"] not in ROUTES[route] and not changes["ways_back"]:
                changes |= self.elsewhere(ROUTES[route][0], aged)
        return changes

    def _is_used(self, reference: str) -> bool:
        holder = self.holders[reference]
        return holder is not None and not (self.tokens[holder]["ended"] and self.tokens[holder]["ends"] == "cancelled")

    def booking_of(self, token: str) -> str | None:
        return next((reference for reference, holder in self.holders.items() if holder == token), None)

    def give_back(self, deed: Dict) -> None:
        """Let the booking of a deed that is taken back stand as it was."""
        reference = deed.get("booking")
        if reference is not None and (deed["kind"] == "merged" or self.holders[reference] == deed["token"]):
            self.holders[reference] = deed["gives"]

    def require_unclaimed(self, act: list[Dict]) -> None:
        """Refuse to take a cancel back when its booking has brought somebody since; a merge gives it back itself."""
        if len(act) == 1 and act[0]["kind"] == "cancelled":
            token = act[0]["token"]
            refuse(appointment_used=any(self.holders[b] != token and self._is_used(b) for b in self._had(token)))

    def claim_again(self, deed: Dict) -> None:
        """Let a token that stands again, because its cancel is taken back, have its bookings."""
        if deed["kind"] == "cancelled":
            self.holders |= dict.fromkeys(self._had(deed["token"]), deed["token"])

    def _had(self, token: str) -> set[str]:
        return {d["booking"] for d in self.deeds if d["token"] == token and d.get("booking") and not d["undone"]}


def _rank(klass: str) -> tuple[bool, int]:
    """Return how soon a class is meant to be called: the least is the best."""
    return klass != "F", TARGETS[klass]

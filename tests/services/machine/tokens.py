"""What is promised of a token that is issued, or changed while it is not at a counter."""

from datetime import date, datetime, timedelta

from tests.services.machine.days import DayModel
from tests.services.machine.plan import ACCESS, EMERGENCIES, LAST, NEEDS, OVERFLOW, ROUTES, SERVICES
from tests.services.machine.state import Dict, refuse

PAUSE, HOUR = timedelta(minutes=15), timedelta(hours=1)


class TokenModel(DayModel):
    """Issue, pause, come back, cancel, correct, remark."""

    def issue(self, order: Dict, desk: str | None = None) -> None:
        paper, service = order["paper"], order["service"]
        route, series = SERVICES.get(service, ("", ""))
        klass = NEEDS.get(order["need"], series)
        day = self.day_due
        letter, number = self._next_number(klass, day) if paper is None else (paper[0][0], int(paper[0][1:]))
        refuse(
            series_full=paper is None and number > LAST.get(letter, 999),
            number_not_leased=paper is not None and not self._may_enter(letter, number, day),
            **self.may_enter(day),
            not_open_now=paper is None and not self.gives_numbers(day),
            invalid_input=not 1 <= order["party"] <= 20
            or not set(order["access"]) <= set(ACCESS)
            or (paper and not self._leased_at(letter, number, day) <= paper[1] <= self.now),
            unknown_service=not {service, *order["then"]} <= set(SERVICES),
            unknown_need=order["need"] not in (None, *NEEDS),
            unknown_language=order["language"] not in (None, "hi", "en", "mr"),
        )
        self.enter(day)
        if paper is None:
            self._use_up(klass, letter, number)
        of = day if paper is None else self.blocks(letter, number, day)[0]["day"]
        came = self.now if paper is None else paper[1]
        token = {name: order[name] for name in ("id", "need", "party", "access")}
        token |= {"day": of, "label": f"{letter}{number:03d}", "klass": klass, "service": service}
        token |= {"route": route, "language": order["language"] or "hi", "aged_from": came, "emergency_at": None}
        token["came"] = came
        token |= {"then": tuple(code for code in dict.fromkeys(order["then"]) if code != service)}
        token |= {"ended": False, "ends": "done", "decision": None}
        self.tokens[order["id"]] = token | self.elsewhere(ROUTES[route][0], came)
        self.note("issued", token, desk)

    def _next_number(self, letter: str, day: date) -> tuple[str, int]:
        """Return the next number of a series whose label is free, or of the one that it goes on under."""
        number = self.used.get((day, letter), 0) + 1
        while not self.free_on(day, letter, number):
            number += 1
        full = number > LAST.get(letter, 999)
        return self._next_number(OVERFLOW[letter], day) if full and letter in OVERFLOW else (letter, number)

    def free_on(self, day: date, letter: str, number: int) -> bool:
        """Whether a label is free on the open day, or on one that opens now: all are here who were carried over."""
        if day == self.open_day:
            return self.is_free(letter, number)
        return self.open_day is not None or f"{letter}{number:03d}" not in [t["label"] for t in self.open_tokens()]

    def _use_up(self, klass: str, letter: str, number: int) -> None:
        """Note that a number was given, and that the series before it in the row are full."""
        self.used[self.today, letter] = number
        while klass != letter:
            self.used[self.today, klass] = LAST.get(klass, 999)
            klass = OVERFLOW[klass]

    def _may_enter(self, letter: str, number: int, day: date) -> bool:
        """Whether a paper number was leased on a day, is not void, and is not entered yet."""
        mine = self.blocks(letter, number, day)
        given = [t["label"] for t in self.tokens.values() if mine and t["day"] == mine[0]["day"]]
        return bool(mine) and f"{letter}{number:03d}" not in given

    def _leased_at(self, letter: str, number: int, day: date) -> datetime:
        """Return when a paper number was leased; it was not handed out before."""
        return max((one["at"] for one in self.blocks(letter, number, day)), default=self.now)

    def blocks(self, letter: str, number: int, day: date) -> list[Dict]:
        """Return the block from which a number may be entered on a day, if there is one."""
        mine = [one for one in self.leases if one["day"] == day and not one["void"] and one["series"] == letter]
        return [one for one in mine if one["first"] <= number <= one["last"]]

    def pause(self, token: str) -> None:
        t = self.the(token)
        refuse(illegal_transition=t["state"] not in ("waiting", "paused"))
        self.act("paused", t, None, state="paused", until=self.now + PAUSE)

    def return_to_line(self, token: str, desk: str | None) -> None:
        t = self.the(token)
        refuse(illegal_transition=t["state"] not in ("waiting", "paused", "missed"))
        if t["state"] != "waiting":
            self.act("returned", t, desk, state="waiting", until=None)

    def cancel(self, token: str, desk: str | None = None) -> None:
        t = self.the(token)
        refuse(illegal_transition=t["state"] == "serving")
        self.act("cancelled", t, desk, ended=True, ends="cancelled", ended_at=self.now)

    def correct(self, token: str, service: str, desk: str | None) -> None:
        t = self.the(token)
        refuse(unknown_service=service not in SERVICES)
        route, series = SERVICES[service]
        changes: Dict = {"service": service, "route": route, "klass": NEEDS.get(t["need"], series)}
        changes["ways_back"] = tuple(way for way in t["ways_back"] if way[0] in ROUTES[route])
        if t["stage"] not in ROUTES[route] and not changes["ways_back"]:
            changes |= self.elsewhere(ROUTES[route][0], t["aged_from"])
        self.act("corrected", t, desk, **changes)

    def remark(self, token: str, told: Dict, desk: str | None) -> None:
        t, changes = self.the(token), dict(told)
        refuse(
            invalid_input=not 1 <= told.get("party", 1) <= 20 or not set(told.get("access", ())) <= set(ACCESS),
            unknown_need=told.get("need") not in (None, *NEEDS),
        )
        if told.get("need"):
            changes["klass"] = NEEDS[told["need"]]
        if "emergency" in changes and changes.pop("emergency"):
            lately = [m for m in self.tokens.values() if m["emergency_at"] and m["emergency_at"] > self.now - HOUR]
            refuse(emergency_limit=not t["emergency_at"] and len(lately) >= EMERGENCIES)
            changes["emergency_at"] = t["emergency_at"] or self.now
        elif "emergency" in told:
            changes["emergency_at"] = None
        if changes.get("party", t["party"]) < t["party"]:
            changes["beside"] = t["beside"][: changes["party"] - 1]
        self.act("remarked", t, desk, **changes)

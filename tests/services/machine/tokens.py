"""What is promised of a token that is issued, or changed while it is not at a counter."""

from datetime import timedelta

from tests.services.machine.plan import ACCESS, EMERGENCIES, LAST, NEEDS, OVERFLOW, ROUTES, SERVICES
from tests.services.machine.state import ZONE, Dict, FloorState, refuse

PAUSE, HOUR = timedelta(minutes=15), timedelta(hours=1)
OPENS, LAST_TOKEN = timedelta(hours=9, minutes=30), timedelta(hours=16)


class TokenModel(FloorState):
    """Issue, pause, come back, cancel, correct, remark."""

    def issue(self, order: Dict) -> None:
        paper, service = order["paper"], order["service"]
        route, series = SERVICES.get(service, ("", ""))
        klass = NEEDS.get(order["need"], series)
        letter, number = self._next_number(klass) if paper is None else (paper[0][0], int(paper[0][1:]))
        refuse(
            series_full=paper is None and number > LAST.get(letter, 999),
            number_not_leased=paper is not None and not self._may_enter(letter, number),
            day_closed=self.today <= self.closed_day,
            not_open_now=paper is None and not (OPENS <= self.clock < LAST_TOKEN and self.today.weekday() < 5),
            invalid_input=not 1 <= order["party"] <= 20
            or not set(order["access"]) <= set(ACCESS)
            or (paper and (paper[1] > self.now or (paper[1] + ZONE).date() != self.today)),
            unknown_service=not {service, *order["then"]} <= set(SERVICES),
            unknown_need=order["need"] not in (None, *NEEDS),
            unknown_language=order["language"] not in (None, "hi", "en", "mr"),
        )
        if paper is None:
            self.used[self.today, letter] = number
        came = self.now if paper is None else paper[1]
        token = {name: order[name] for name in ("id", "need", "party", "access")}
        token |= {"day": self.today, "label": f"{letter}{number:03d}", "klass": klass, "service": service}
        token |= {"route": route, "language": order["language"] or "hi", "aged_from": came, "emergency_at": None}
        token |= {"then": tuple(code for code in dict.fromkeys(order["then"]) if code != service)}
        token |= {"ended": False, "ends": "done", "decision": None}
        self.tokens[order["id"]] = token | self.elsewhere(ROUTES[route][0], came)
        self.note("issued", token)

    def _next_number(self, letter: str) -> tuple[str, int]:
        """Return the next number of a series, or of the one that it goes on under."""
        number = self.used.get((self.today, letter), 0) + 1
        full = number > LAST.get(letter, 999)
        return self._next_number(OVERFLOW[letter]) if full and letter in OVERFLOW else (letter, number)

    def _may_enter(self, letter: str, number: int) -> bool:
        """Whether a paper number was leased today, is not void, and is not entered yet."""
        mine = [one for one in self.leases if one["day"] == self.today and not one["void"] and one["series"] == letter]
        given = [t["label"] for t in self.tokens.values() if t["day"] == self.today]
        leased = any(one["first"] <= number <= one["last"] for one in mine)
        return leased and f"{letter}{number:03d}" not in given

    def pause(self, token: str) -> None:
        t = self.the(token)
        refuse(illegal_transition=t["state"] not in ("waiting", "paused"))
        self.act("paused", t, None, state="paused", until=self.now + PAUSE)

    def return_to_line(self, token: str, desk: str | None) -> None:
        t = self.the(token)
        refuse(illegal_transition=t["state"] not in ("waiting", "paused", "missed"))
        if t["state"] != "waiting":
            self.act("returned", t, desk, state="waiting", until=None)

    def cancel(self, token: str) -> None:
        t = self.the(token)
        refuse(illegal_transition=t["state"] == "serving")
        self.act("cancelled", t, None, ended=True, ends="cancelled")

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
        self.act("remarked", t, desk, **changes)

"""What is promised at a counter: whom it may call, and what may be done with who is there."""

from tests.services.machine.line import takes
from tests.services.machine.plan import COUNTERS, NEEDS, OPERATORS, OUTCOMES, REASONS, ROUTES, SERVICES, STAGES
from tests.services.machine.state import Dict, Seen, refuse
from tests.services.machine.tokens import TokenModel

MISSED_CALLS, MISSED_S, MISSED_ACCESS_S = 3, 300, 180


class DeskModel(TokenModel):
    """Open and close, call, serve, park, miss, finish, send elsewhere, take over."""

    def set_state(self, counter: str, state: str, after_current: bool) -> None:
        was = self.counters[counter]
        if was != state:
            busy = self.at(counter) is not None and state != "open" and not after_current
            refuse(illegal_transition=(was, state) == ("closed", "paused"), counter_busy=busy)
            self.note(state)
            self.counters[counter], self.since[counter] = state, self.today

    def ready(self, counter: str) -> None:
        """Refuse unless a counter may call."""
        refuse(
            centre_frozen=self.frozen,
            counter_not_open=self.counters[counter] != "open",
            counter_busy=self.at(counter) is not None,
        )

    def may_call(self, counter: str) -> None:
        self.ready(counter)
        refuse(queue_empty=not any(takes(counter, t) for t in self.waiting(counter[:-1])))

    def call(self, counter: str, token: str, rule: str) -> None:
        """Take over whom the engine chose, if it was fair."""
        t = self.the(token)
        assert t["state"] == "waiting", "somebody was called who does not wait"
        assert t["stage"] == counter[:-1], "somebody was called from another line"
        self.line.called(counter, t, self.waiting(t["stage"]), rule)
        self._called(counter, t)

    def _called(self, counter: str, t: Dict) -> None:
        beside = self._neighbours(counter, t)[: t["party"] - 1]
        at = {"called": self.now, "first_called": t["first_called"] or self.now}
        self.act("called", t, counter, state="called", counter=counter, beside=beside, calls=1, **at)

    def _neighbours(self, counter: str, t: Dict) -> tuple[str, ...]:
        """Return the free open counters of a stage that may take a token, the nearest first."""
        mine = [c for c in COUNTERS if c[:-1] == counter[:-1] and takes(c, t | {"only": None})]
        free = [c for c in mine if self.counters[c] == "open" and self.at(c) is None]
        return tuple(sorted({*free} - {counter}, key=lambda c: (abs(int(c[-1]) - int(counter[-1])), c)))

    def call_token(self, counter: str, token: str, why: str) -> None:
        self.ready(counter)
        refuse(unknown_reason=why not in REASONS, unknown_token=token not in self.tokens)
        t = self.tokens[token]
        away = t["ended"] or t["state"] != "waiting" or t["stage"] != counter[:-1]
        refuse(not_in_this_line=away)
        self._called(counter, t)

    def take_over(self, counter: str, to: str) -> None:
        self.ready(to)
        t = self.current(counter, None)
        refuse(not_in_this_line=t["stage"] != to[:-1])
        if self.counters[counter] == "open":
            self.set_state(counter, "paused", after_current=True)
        back = {"back_to": t["back_to"], "back_only": t["back_only"]}
        self.act("transferred", t, counter, **self.elsewhere(t["stage"], t["aged_from"], only=to, **back))
        self._called(to, t)

    def recall(self, counter: str, seen: Seen) -> None:
        refuse(centre_frozen=self.frozen)
        t = self.current(counter, seen)
        refuse(illegal_transition=t["state"] != "called")
        self.act("recalled", t, counter, calls=t["calls"] + 1)

    def start(self, counter: str, seen: Seen) -> None:
        t = self.current(counter, seen)
        refuse(illegal_transition=t["state"] != "called")
        self.act("started", t, counter, state="serving")

    def hold(self, counter: str, seen: Seen) -> None:
        self.act("held", self.current(counter, seen), counter, state="held", beside=())

    def resume(self, counter: str, token: str | None) -> None:
        refuse(counter_busy=self.at(counter) is not None)
        held = [t for t in self.held_at(counter) if token in (None, t["id"])]
        refuse(no_current_token=not held)
        self.act("resumed", held[-1], counter, state="serving")

    def miss(self, counter: str, seen: Seen) -> None:
        refuse(centre_frozen=self.frozen)
        if seen is not None and seen[1] == "held":
            t = next((t for t in self.held_at(counter) if t["id"] == seen[0]), None)
            refuse(no_current_token=t is None)
        else:
            t = self.current(counter, seen)
        assert t is not None
        refuse(illegal_transition=t["state"] == "serving")
        longer = MISSED_ACCESS_S if t["access"] else 0
        soon = t["calls"] < MISSED_CALLS or self.active(t["called"]) < MISSED_S + longer
        refuse(too_early_to_miss=soon)
        self.act("missed", t, counter, state="missed", counter=None, beside=())

    def finish(self, counter: str, outcome: str | None, seen: Seen) -> None:
        t = self.current(counter, seen)
        if t["counter"] != counter:
            self.act("remarked", t, counter, beside=tuple(c for c in t["beside"] if c != counter))
            return
        known = OUTCOMES[t["stage"]]
        chosen = outcome or next(iter(known))
        refuse(unknown_outcome=chosen not in known, illegal_transition=t["state"] != "serving")
        to, ends, decides, returns = known[chosen]
        stage, loop = self._leads(t, to)
        changes: Dict = {"ends": ends or t["ends"], "decision": chosen if decides else t["decision"]}
        more = [code for code in t["then"] if SERVICES[code][0] != t["route"]]
        if stage is None and not returns and changes["ends"] == "done" and more:
            route, series = SERVICES[more[0]]
            stage, klass = ROUTES[route][0], NEEDS.get(t["need"], series)
            changes |= {"service": more[0], "route": route, "klass": klass, "then": tuple(more[1:])}
        changes |= {"ended": True} if stage is None else self._enter(t, stage, loop)
        self.act("finished", t, counter, **changes)

    def _leads(self, t: Dict, to: str) -> tuple[str | None, str | None]:
        """Return the stage where an outcome leads, and where a loop leads back."""
        route = ROUTES[t["route"]]
        if to in STAGES:
            return to, None if to in route else t["stage"]
        sent = t["back_only"] or t["stage"] not in route
        if t["back_to"] and (to == "back" or (to == "next" and sent)):
            return t["back_to"], None
        here = route.index(t["stage"]) + 1 if t["stage"] in route and to != "end" else len(route)
        return (route[here] if here < len(route) else None), None

    def _enter(self, t: Dict, stage: str, loop: str | None) -> Dict:
        if t["back_only"] and stage == t["back_to"]:
            return self.elsewhere(stage, t["aged_from"], only=t["back_only"])
        return self.elsewhere(stage, self.now, back_to=loop)

    def transfer(self, counter: str, target: tuple[str, str | None, bool], seen: Seen) -> None:
        stage, only, returns = target
        t = self.current(counter, seen)
        desks = [c for c in COUNTERS if only and c[:-1] == stage and only in (c, OPERATORS.get(c))]
        refuse(
            unknown_stage=stage not in STAGES,
            not_in_this_line=only and not desks,
            counter_not_open=desks and all(self.counters[c] == "closed" for c in desks),
        )
        route, back = ROUTES[t["route"]], (t["back_to"], t["back_only"])
        if returns or (t["stage"] in route and stage not in route):
            back = (t["stage"], t["counter"] if returns else None)
        there = self.elsewhere(stage, t["aged_from"], only=only, back_to=back[0], back_only=back[1])
        self.act("transferred", t, counter, **there)

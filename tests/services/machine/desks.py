"""What is promised at a counter: whom it may call, and what may be done with who is there."""

from tests.services.machine.booked import BookedModel
from tests.services.machine.line import takes
from tests.services.machine.plan import COUNTERS, NEEDS, OPERATORS, OUTCOMES, REASONS, ROUTES, SERVICES, STAGES
from tests.services.machine.state import Dict, No, Seen, refuse

MISSED_CALLS, MISSED_S, MISSED_ACCESS_S = 3, 300, 180
DEEPEST = 5
Way = tuple[str, str | None]
Ways = tuple[Way, ...]


class DeskModel(BookedModel):
    """Open and close, call, serve, park, miss, finish, send elsewhere, take over."""

    def set_state(self, counter: str, state: str, after_current: bool) -> None:
        was = self.counters[counter]
        if was != state:
            busy = self.at(counter) is not None and state != "open" and not after_current
            refuse(illegal_transition=(was, state) == ("closed", "paused"), counter_busy=busy)
            opens = was == "closed" and not self.stays()
            off = self.open_day != self.day_due and self.night is None and not self.works_on(self.day_due)
            refuse(not_open_now=opens and off, **self.may_enter(self.day_due, also=opens))
            if opens:
                self.enter(self.day_due)
            self.note(state)
            self.deeds[-1]["counter"] = counter
            self.counters[counter] = state

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
        there = self.elsewhere(t["stage"], t["aged_from"], only=to, ways_back=t["ways_back"])
        self.act("transferred", t, counter, **there)
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
        if chosen not in known:
            raise No(["unknown_outcome"])
        to, ends, decides, returns = known[chosen]
        sends = to in STAGES and to not in ROUTES[t["route"]] and not returns
        refuse(illegal_transition=t["state"] != "serving", too_deep=sends and len(t["ways_back"]) == DEEPEST)
        stage, ways, taken = self._leads(t, to, sends, returns)
        changes: Dict = {"ends": ends or t["ends"], "decision": chosen if decides else t["decision"]}
        more = [code for code in t["then"] if SERVICES[code][0] != t["route"]]
        if stage is None and not returns and changes["ends"] == "done" and more:
            route, series = SERVICES[more[0]]
            stage, klass = ROUTES[route][0], NEEDS.get(t["need"], series)
            changes |= {"service": more[0], "route": route, "klass": klass, "then": tuple(more[1:]), "done": ()}
        elif not sends:
            changes["done"] = (*t.get("done", ()), t["stage"])
        changes |= {"ended": True, "ended_at": self.now} if stage is None else self._enter(t, stage, ways, taken)
        self.act("finished", t, counter, **changes)

    def _leads(self, t: Dict, to: str, sends: bool, returns: bool) -> tuple[str | None, Ways, Way | None]:
        """Return the stage where an outcome leads, the ways back then, and the one that was taken."""
        route, ways = ROUTES[t["route"]], t["ways_back"]
        if to in STAGES:
            return to, (*ways, (t["stage"], None)) if sends else (), None
        if to != "end" and ways and not returns:
            return ways[-1][0], ways[:-1], ways[-1]
        if to == "end":
            return None, (), None
        if t["stage"] in route:
            return next(iter(route[route.index(t["stage"]) + 1 :]), None), (), None
        return next((stage for stage in route if stage not in t.get("done", ())), None), (), None

    def _enter(self, t: Dict, stage: str, ways: Ways, taken: Way | None) -> Dict:
        only = taken[1] if taken else None
        there = only if only and self._at_work(stage, only) else None
        return self.elsewhere(stage, t["aged_from"] if only else self.now, ways_back=ways, only=there)

    def _at_work(self, stage: str, only: str) -> bool:
        """Whether a counter, or that of an officer, is open or paused at a stage."""
        meant = [c for c in COUNTERS if c[:-1] == stage and only in (c, OPERATORS.get(c))]
        return any(self.counters[c] != "closed" for c in meant)

    def transfer(self, counter: str, target: tuple[str, str | None, bool], seen: Seen) -> None:
        stage, only, returns = target
        t = self.current(counter, seen)
        desks = [c for c in COUNTERS if only and c[:-1] == stage and only in (c, OPERATORS.get(c))]
        refuse(
            unknown_stage=stage not in STAGES,
            not_in_this_line=only and not desks,
            counter_not_open=desks and all(self.counters[c] == "closed" for c in desks),
        )
        refuse(too_deep=returns and len(t["ways_back"]) == DEEPEST)
        ways = (*t["ways_back"], (t["stage"], t["only"] or t["counter"])) if returns else t["ways_back"]
        there = self.elsewhere(stage, t["aged_from"], only=only, ways_back=ways)
        self.act("transferred", t, counter, **there)

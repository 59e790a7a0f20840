"""Random days: every command there is, by whom and at what moment Hypothesis likes."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule

from server.domain.day import Then
from server.domain.errors import Refused
from server.domain.ids import status_secret, token_id
from server.domain.notice import NoticeKind
from server.domain.token.changes import Target
from server.domain.token.lifecycle import CounterState
from server.services.bookings.present import Shown
from server.services.command import Attempt
from server.services.floor import (
    attach,
    away,
    call,
    correct,
    counters,
    day,
    house,
    issue,
    merge,
    move,
    notice,
    release,
    reopening,
    serve,
    undo,
)
from server.services.numbers import leases
from tests.factories import MORNING, make_reference
from tests.services.machine.booked import BOOKED, TYPED
from tests.services.machine.choices import DESK, FLAW, ORDER, PICK, REMARK, SEEN, Likely, pick_of, screen_of, when
from tests.services.machine.harness import VERBS, at_desk
from tests.services.machine.plan import COUNTERS, OUTCOMES, REASONS, SERVICES, STAGES
from tests.services.machine.state import AT, Dict, Seen


class FloorMachine(Likely):
    """A day and more at a small centre. Most picks mean what a command may succeed with, a few mean anything."""

    # The floor and its tokens

    @initialize(shut=st.sets(st.sampled_from(COUNTERS), max_size=5), orders=st.lists(ORDER, min_size=5, max_size=9))
    def open_the_floor(self, shut: set[str], orders: list[Dict]) -> None:
        for desk in COUNTERS:
            if desk not in shut:
                self.do("open", *self._to(desk, "open", after_current=False))
        self.compare()
        self.arrive(orders)
        self.morning = self.model.seq

    @when(lambda self: len(self.model.open_tokens()) < 20)
    @rule(orders=st.lists(ORDER, min_size=1, max_size=4), desk=DESK, undoes=st.booleans())
    def arrive(self, orders: list[Dict], desk: str | None = None, undoes: bool = False) -> None:
        for order in orders:
            self._issue(order, desk=desk)
        if undoes and desk:
            self._undo_at(desk, None)

    @rule(order=ORDER, flaw=FLAW, clock_back=st.booleans())
    def ask_in_vain(self, order: Dict, flaw: Dict, clock_back: bool) -> None:
        """Ask for what is not there, or by a clock that went back: then it is as late as at the last event."""
        now = self.model.now
        if clock_back:
            self.model.now = max(now - timedelta(minutes=20), *(deed["at"] for deed in self.model.deeds[-1:]))
        self._issue(order if clock_back else order | flaw)
        self.model.now = now

    @rule(
        what=st.sampled_from(["lease", "enter", "enter", "void"]),
        series=st.sampled_from("NFT"),
        pick=PICK,
        off=st.integers(0, 4),
        order=ORDER,
        minutes=st.sampled_from([0, 5, 45, -1, 900]),
    )
    def use_paper(self, what: str, series: str, pick: int, off: int, order: Dict, minutes: int) -> None:
        """Lease numbers for a pad, enter one of them later with its time, or declare the pad lost."""
        known = self.model.leases[::-1]
        if what == "lease" or not known:
            act = partial(leases.lease, series=series, count=off + 1, holder="pad")
            self.go("lease", partial(self.model.lease, series, off + 1), act)
        elif what == "void":
            lease = pick_of([one["id"] for one in known], [0], pick)
            self.go("void", partial(self.model.void, lease), partial(leases.void, lease_id=lease, reason="lost"))
        else:
            pad, taken_at = known[pick % len(known)], self.model.now - timedelta(minutes=minutes)
            self._issue(order, (f"{pad['series']}{pad['first'] + off:03d}", taken_at))

    def _issue(self, order: Dict, paper: Any = None, desk: str | None = None) -> None:
        ids = token_id(MORNING, self.rng.randbytes), status_secret(self.rng.randbytes)
        made = issue.Order(*ids, **order, paper=None if paper is None else issue.PadNumber(*paper))
        foretell = partial(self.model.issue, order | {"id": ids[0], "paper": paper}, desk)
        self.go("issue", foretell, at_desk(desk, issue.issue, order=made))

    @when(lambda self: self.having("waiting", *AT))
    @rule(whom=PICK, service=st.sampled_from([*SERVICES, "NOPE"]), desk=DESK)
    def correct(self, whom: int, service: str, desk: str | None) -> None:
        token = self.whom(whom, "waiting", *AT)
        act = at_desk(desk, correct.correct, token_id=token, service=service)
        self.go("correct", partial(self.model.correct, token, service, desk), act)

    @when(lambda self: self.having("waiting", *AT))
    @rule(whom=PICK, told=REMARK, desk=DESK)
    def remark(self, whom: int, told: Dict, desk: str | None) -> None:
        token = self.whom(whom, "waiting", *AT)
        act = at_desk(desk, correct.remark, token_id=token, noted=correct.Remark(**told))
        self.go("remark", partial(self.model.remark, token, told, desk), act)

    @when(lambda self: self.model.open_tokens())
    @rule(whom=PICK, which=PICK, typed=st.sampled_from(TYPED), desk=DESK, undoes=st.booleans())
    def attach(self, whom: int, which: int, typed: Callable[[str], str], desk: str | None, undoes: bool) -> None:
        """Give a booking to a token, however somebody types it, and take that back perhaps."""
        token, reference = self.whom(whom, "waiting", "missed", *AT), pick_of(BOOKED, [None], which)
        shown = Shown(make_reference(typed(reference or "AB-1000000009")))
        act = at_desk(desk, attach.attach, token_id=token, shown=shown)
        self.go("attach", partial(self.model.attach, token, reference, desk), act)
        if undoes and desk:
            self._undo_at(desk, None)

    @when(lambda self: self.model.open_tokens())
    @rule(whom=PICK, into=PICK, desk=DESK, undoes=st.booleans())
    def merge(self, whom: int, into: int, desk: str | None, undoes: bool) -> None:
        """Make one of two tokens, and take it back perhaps."""
        token, other = self.whom(whom, "waiting", "called", "missed"), self.whom(into, "waiting", *AT)
        act = at_desk(desk, merge.merge, token_id=token, into=other)
        self.go("merge", partial(self.model.merge, token, other, desk), act)
        if undoes and desk:
            self._undo_at(desk, None)

    @when(lambda self: self.model.open_tokens())
    @rule(what=st.sampled_from(["pause", "return", "return", "cancel"]), whom=PICK, desk=DESK)
    def leave_or_return(self, what: str, whom: int, desk: str | None) -> None:
        if what == "pause":
            token = self.whom(whom, "waiting")
            self.go(what, partial(self.model.pause, token), partial(away.pause, token_id=token))
        elif what == "return":
            token = self.whom(whom, "missed", "paused")
            act = at_desk(desk, away.return_to_line, token_id=token)
            self.go(what, partial(self.model.return_to_line, token, desk), act)
        else:
            token = self.whom(whom, "missed", "held", "called")
            self.go(what, partial(self.model.cancel, token, desk), at_desk(desk, away.cancel, token_id=token))

    @when(lambda self: any(t["only"] for t in self.model.open_tokens()))
    @rule(pick=PICK)
    def hand_over(self, pick: int) -> None:
        """Let everybody call whom only a closed counter may call; refuse others."""
        alone = [t["id"] for t in self.model.open_tokens() if t["only"]]
        token = pick_of(alone, list(self.model.tokens), pick)
        act = partial(release.hand_over, token_id=token)
        self.go("hand_over", partial(self.model.hand_over, token), act)

    # At a counter

    @rule(pick=PICK, state=st.sampled_from(["open", "open", "paused", "closed"]), after_current=st.booleans())
    def set_state(self, pick: int, state: str, after_current: bool) -> None:
        self.go(state, *self._to(COUNTERS[pick % len(COUNTERS)], state, after_current=after_current))

    def _to(self, desk: str, state: str, *, after_current: bool) -> tuple[Callable[[], None], Callable[..., Any]]:
        act = partial(counters.set_state, counter_id=desk, state=CounterState(state), after_current=after_current)
        return partial(self.model.set_state, desk, state, after_current), act

    @when(lambda self: self.callable())
    @rule(pick=PICK, mistakes=st.integers(0, 3))
    def call_next(self, pick: int, mistakes: int) -> None:
        """Call the next to a counter, some times by mistake before."""
        desk = pick_of(self.callable(), COUNTERS, pick)
        for _ in range(mistakes):
            if self._call(desk):
                self._undo_at(desk, None)
        self._call(desk)

    @when(lambda self: self.callable())
    @rule(pick=PICK, times=st.integers(1, 4))
    def serve(self, pick: int, times: int) -> None:
        desk = pick_of(self.callable(), COUNTERS, pick)
        while times and self._call(desk):
            self._verb("start", desk, None)
            self._finish(desk, None, None)
            times -= 1

    @when(lambda self: self.callable())
    @rule(starts=st.booleans())
    def call_everywhere(self, starts: bool) -> None:
        for desk in self.callable():
            if self._call(desk) and starts:
                self._verb("start", desk, None)

    @when(lambda self: self.having(*AT))
    @rule(calls=st.booleans())
    def finish_everywhere(self, calls: bool) -> None:
        for desk in self.desks(busy=True):
            if (self.model.at(desk) or {}).get("state") == "called":
                self._verb("start", desk, None)
            self._finish(desk, None, None)
        if calls:
            self.call_everywhere(starts=False)

    def _call(self, desk: str) -> bool:
        """Call the next to a counter; returns whether somebody was called."""
        act = at_desk(desk, call.call_next)
        called = self.do("call_next", partial(self.model.may_call, desk), act)
        for made in called or ():
            self.model.call(desk, made.token.id, made.reason.rule)
            self.compare()
        return called is not None

    @when(lambda self: self.callable())
    @rule(pick=PICK, whom=PICK, why=st.sampled_from([*REASONS, "bribe"]))
    def call_out_of_order(self, pick: int, whom: int, why: str) -> None:
        desk = pick_of(self.callable(), COUNTERS, pick)
        token = pick_of([t["id"] for t in self.model.waiting(desk[:-1])], [*self.model.tokens, "nobody"], whom)
        act = at_desk(desk, call.call_token, token_id=token, why=why)
        self.go("call_token", partial(self.model.call_token, desk, token, why), act)

    @when(lambda self: self.desks(busy=True))
    @rule(pick=PICK, to=PICK)
    def take_over(self, pick: int, to: int) -> None:
        desk = pick_of(self.desks(busy=True), COUNTERS, pick)
        other = pick_of([c for c in self.desks(busy=False) if c[:-1] == desk[:-1]], COUNTERS, to)
        act = partial(call.take_over, counter_id=desk, to=other)
        self.go("take_over", partial(self.model.take_over, desk, other), act)

    @when(lambda self: self.desks(busy=True))
    @rule(verb=st.sampled_from(["recall", "start", "hold", "miss"]), pick=PICK, seen=SEEN)
    def act_on_who_is_there(self, verb: str, pick: int, seen: str | None) -> None:
        desk = pick_of(self.desks(busy=True), COUNTERS, pick)
        self._verb(verb, desk, self.seen(desk, seen))

    def _verb(self, verb: str, desk: str, seen: Seen) -> None:
        act = at_desk(desk, VERBS.get(verb) or getattr(serve, verb), seen=screen_of(seen))
        self.go(verb, partial(getattr(self.model, verb), desk, seen), act)

    @when(lambda self: self.having("called"))
    @rule(pick=PICK, parks=st.booleans(), minutes=st.sampled_from([8, 5]))
    def call_in_vain(self, pick: int, parks: bool, minutes: int) -> None:
        """Call until somebody may be noted as absent, and do so; perhaps park them meanwhile."""
        called = [c for c in COUNTERS if (self.model.at(c) or {}).get("state") == "called"]
        desk, parked = pick_of(called, COUNTERS, pick), None
        for _ in range(2):
            self._verb("recall", desk, None)
        here = self.model.at(desk)
        if parks and here is not None:
            self._verb("hold", desk, None)
            parked = (here["id"], "held")
        self.model.now += timedelta(minutes=minutes)
        self._verb("miss", desk, parked)

    @when(lambda self: self.having("held"))
    @rule(pick=PICK, whom=st.none() | PICK)
    def resume(self, pick: int, whom: int | None) -> None:
        desk = pick_of([c for c in COUNTERS if self.model.held_at(c)], COUNTERS, pick)
        token = None if whom is None else self.whom(whom, "held")
        act = at_desk(desk, serve.resume, token_id=token)
        self.go("resume", partial(self.model.resume, desk, token), act)

    @when(lambda self: self.having("serving"))
    @rule(pick=PICK, outcome=st.none() | st.integers(0, 2), seen=SEEN)
    def finish(self, pick: int, outcome: int | None, seen: str | None) -> None:
        served = [c for c in COUNTERS if (self.model.at(c) or {}).get("state") == "serving"]
        desk = pick_of(served, COUNTERS, pick)
        known = [*OUTCOMES[desk[:-1]], "nothing"]
        self._finish(desk, None if outcome is None else known[outcome % len(known)], self.seen(desk, seen))

    def _finish(self, desk: str, outcome: str | None, seen: Seen) -> None:
        act = at_desk(desk, serve.finish, outcome=outcome, seen=screen_of(seen))
        self.go("finish", partial(self.model.finish, desk, outcome, seen), act)

    @when(lambda self: self.desks(busy=True))
    @rule(pick=PICK, stage=st.sampled_from([*STAGES, "Z"]), only=st.integers(0, 3), returns=st.booleans(), seen=SEEN)
    def transfer(self, pick: int, stage: str, only: int, returns: bool, seen: str | None) -> None:
        desk = pick_of(self.desks(busy=True), COUNTERS, pick)
        shown = self.seen(desk, seen)
        target = (stage, [None, None, f"{stage}1", "staff:7"][only], returns)
        act = at_desk(desk, move.transfer, target=Target(*target), seen=screen_of(shown))
        self.go("transfer", partial(self.model.transfer, desk, target, shown), act)

    @when(lambda self: self.having("serving"))
    @rule(
        pick=PICK, stages=st.lists(st.sampled_from([*STAGES, "AX", "AX"]), min_size=2, max_size=6), undoes=st.booleans()
    )
    def send_on_errands(self, pick: int, stages: list[str], undoes: bool) -> None:
        """Send somebody from errand to errand, a correction among them perhaps, and take the last back."""
        served = [c for c in COUNTERS if (self.model.at(c) or {}).get("state") == "serving"]
        desk = pick_of(served, COUNTERS, pick)
        for stage in stages:
            if stage == "AX" and desk[:-1] == "B":
                self._finish(desk, "error", None)
            else:
                act = at_desk(desk, move.transfer, target=Target(stage, None, True), seen=None)
                self.go("transfer", partial(self.model.transfer, desk, (stage, None, True), None), act)
            last, free = desk, [c for c in self.callable() if c[:-1] == stage]
            if not free:
                break
            desk = free[0]
            if self._call(desk):
                self._verb("start", desk, None)
        if undoes:
            self._undo_at(last, None)

    # Undo and retry

    @when(lambda self: self.acted())
    @rule(what=st.sampled_from(["last", "named", "token"]), pick=PICK, times=st.integers(1, 3))
    def undo(self, what: str, pick: int, times: int) -> None:
        if what == "last":
            desk = pick_of(list(dict.fromkeys(deed["desk"] for deed in self.acted())), COUNTERS, pick)
            for _ in range(times):
                self._undo_at(desk, None)
        elif what == "named":
            deed = self.acted()[pick % len(self.acted())]
            self._undo_at(deed["desk"], deed["act"])
        else:
            latest = dict.fromkeys(deed["token"] for deed in reversed(self.model.deeds) if deed["token"])
            token = pick_of(list(latest), ["nobody"], pick)
            self.go("undo_of", partial(self.model.undo_of, token), partial(undo.undo_of, token_id=token))

    def _undo_at(self, desk: str, act: int | None) -> None:
        self.go("undo", partial(self.model.undo_at, desk, act), at_desk(desk, undo.undo_at, act=act))

    @when(lambda self: self.answers)
    @rule(pick=st.integers(0, 30), forged=st.booleans())
    def retry(self, pick: int, forged: bool) -> None:
        """Send a command again under its key: the first answer, nothing changed; another command is refused."""
        first, run, answer = self.answers[-1 - pick % len(self.answers)]
        if self.model.now - first.at >= timedelta(hours=24):
            return
        hashes = ("another",) if forged else first.hashes
        self.sound = False
        told = self.ask(Attempt(first.principal, first.key, hashes, self.model.now), run)
        code = told.code if isinstance(told, Refused) else None
        assert (code == "idempotency_key_reused") if forged else (told == answer), "a retry got another answer"
        self.assert_unchanged()

    # The day

    @rule(seconds=st.sampled_from([1, 20, 61, 299, 301, 901]))
    def time_passes(self, seconds: int) -> None:
        """Move the clock, and do what time brings, as the scheduler does."""
        self.model.now += timedelta(seconds=seconds)
        self.go("keep_house", self.model.keep_house, house.keep_house)

    @when(lambda self: not self.model.frozen and self.having(*AT))
    @rule(stays=st.sampled_from([False, False, True]), pick=PICK)
    def freeze(self, stays: bool, pick: int) -> None:
        self.go("freeze", self.model.freeze, partial(notice.set_notice, kind=NoticeKind.PAUSE, cause="power"))
        self._call(pick_of(self.callable(), COUNTERS, pick))
        self._verb("recall", pick_of(self.desks(busy=True), COUNTERS, pick), None)
        self.time_passes(901)
        if not stays:
            self.unfreeze()

    @when(lambda self: self.model.frozen)
    @rule()
    def unfreeze(self) -> None:
        self.go("unfreeze", self.model.unfreeze, partial(notice.lift_notice, kind=NoticeKind.PAUSE))

    @when(lambda self: self.model.seq > self.morning + 40)
    @rule(
        then=st.sampled_from(["end", "end", "carry_over", "by itself"]),
        goes_on=st.booleans(),
        order=ORDER,
        days_on=st.sampled_from([1, 1, 2, 4]),
        orders=st.lists(ORDER, max_size=4),
    )
    def close_the_day(self, then: str, goes_on: bool, order: Dict, days_on: int, orders: list[Dict]) -> None:
        """Close by hand, or leave it to the clock; then a morning at 09:30, on a holiday perhaps."""
        self.unfreeze()
        if then != "by itself":
            self._close_day(then)
        if goes_on:
            self.reopen_the_day(minutes=20)
            self.call_everywhere(starts=True)
        self._issue(order)
        self.model.now = MORNING + timedelta(days=(self.model.calendar - MORNING.date()).days + days_on)
        self.time_passes(1)
        self._issue(order)
        if self.model.open_day is not None and self.model.open_day < self.model.calendar:
            self._close_day("end" if days_on == 1 else "carry_over")
        self.open_the_floor(set(), orders)

    def _close_day(self, then: str, unseen: int = 0) -> None:
        shown = tuple(t["id"] for t in self.model.live()[unseen:])
        closing, asked = day.Closing(shown, Then(then)), self.model.today
        act = partial(day.close_day, day=asked, closing=closing)
        self.go("close_day", partial(self.model.close_day, asked, shown, then), act)

    @rule(minutes=st.sampled_from([-5, 10, 400, 900, 2000]), another=st.sampled_from([0, 0, 0, 1]))
    def extend_the_day(self, minutes: int, another: int) -> None:
        asked, until = self.model.today + timedelta(days=another), self.model.now + timedelta(minutes=minutes)
        act = partial(day.extend_day, day=asked, until=until)
        self.go("extend_day", partial(self.model.extend_day, asked, until), act)

    @rule(minutes=st.sampled_from([0, 20]))
    def reopen_the_day(self, minutes: int) -> None:
        self.model.now += timedelta(minutes=minutes)
        asked = self.model.today if self.model.open_day else self.model.closed_day
        act = partial(reopening.reopen_day, day=asked, reason="by mistake")
        self.go("reopen_day", partial(self.model.reopen_day, asked), act)

    @when(lambda self: len(self.model.live()) > 1)
    @rule(then=st.sampled_from(["end", "carry_over"]))
    def close_without_looking(self, then: str) -> None:
        """Close the day although somebody came after the list was shown."""
        self._close_day(then, unseen=1)

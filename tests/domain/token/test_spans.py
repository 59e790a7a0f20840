"""The spans of a life add up to it, whatever happened, and hold what somebody would have counted minute by minute."""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from server.domain.errors import IllegalTransition
from server.domain.freezes import Freeze, Moment
from server.domain.token import changes
from server.domain.token.changes import Target
from server.domain.token.lifecycle import StepState
from server.domain.token.route import Stop
from server.domain.token.spans import MILLISECOND, SPAN_OF, spent, stay_at
from server.domain.token.token import Step, Token
from tests.factories import MORNING, make_token

MINUTE = 60_000
SPANS = ("waiting", "coming", "serving", "parked", "away", "stopped")
Act = Callable[[Token, Moment], tuple[Step | None, Token]]


def stays(change: Callable[[Token, Moment], Token]) -> Act:
    return lambda token, at: (None, change(token, at))


ACTS: dict[str, Act] = {
    "call": stays(lambda token, at: changes.call(token, "A1", "e-1", at)),
    "recall": stays(changes.recall),
    "start": stays(changes.start),
    "hold": stays(changes.hold),
    "resume": stays(changes.resume),
    "miss": stays(changes.miss),
    "pause": stays(lambda token, at: changes.pause(token, at.now + timedelta(minutes=15), at)),
    "return": stays(changes.return_to_line),
    "transfer": lambda token, at: changes.transfer(token, Target("AX"), token.step.seq + 1, at),
    "move": lambda token, at: changes.move(token, "E", token.step.seq + 1, at),
    "finish": lambda token, at: changes.finish(token, "ok", Stop("B"), token.step.seq + 1, at),
    "cancel": stays(changes.cancel),
    "expire": stays(changes.expire),
}
STOPS = st.lists(st.tuples(st.integers(0, 200), st.integers(1, 60)), max_size=3)


def freezes_of(stops: Sequence[tuple[int, int]]) -> list[Freeze]:
    minute = timedelta(minutes=1)
    return [(MORNING + begin * minute, MORNING + (begin + lasts) * minute) for begin, lasts in stops]


def is_stopped(minute: int, stops: Sequence[tuple[int, int]]) -> bool:
    return any(begin <= minute < begin + lasts for begin, lasts in stops)


@given(st.lists(st.tuples(st.sampled_from(list(ACTS)), st.integers(0, 30)), max_size=25), STOPS)
def test_the_spans_of_a_life_add_up_to_it_and_are_what_was_lived(
    acts: list[tuple[str, int]], stops: list[tuple[int, int]]
) -> None:
    token, minute, closed = make_token(), 0, list[Step]()
    lived: Counter[str] = Counter()
    first_wait: dict[int, int] = {}
    for name, later in acts:
        if token.ended:
            break
        span = SPAN_OF[token.step.state]
        for passed in range(minute, minute + later):
            lived["stopped" if is_stopped(passed, stops) else span] += MINUTE
            if span == "waiting" and token.step.first_called is None and not is_stopped(passed, stops):
                first_wait[token.step.seq] = first_wait.get(token.step.seq, 0) + MINUTE
        minute += later
        at = Moment(MORNING + timedelta(minutes=minute), freezes_of(stops))
        try:
            left, token = ACTS[name](token, at)
        except IllegalTransition:
            left = None
        closed += [] if left is None else [left]
    now = Moment(MORNING + timedelta(minutes=minute), freezes_of(stops))
    assert counted([*closed, token.step], now, ended=token.ended) == lived
    assert lived.total() * MILLISECOND == now.now - token.issued_at
    assert stay_at(token, now) == lived.total() - lived["stopped"]
    for step in [*closed, token.step]:
        assert step.waited == (None if step.first_called is None else first_wait.get(step.seq, 0))


def counted(steps: Sequence[Step], now: Moment, *, ended: bool) -> Counter[str]:
    """Return the sums of all spans, with what has passed of the present one."""
    sums: Counter[str] = Counter()
    for step in steps:
        sums.update({name: getattr(step, name) for name in SPANS})
    last = steps[-1]
    if not ended:
        active = now.lasted(last.state_since) // MILLISECOND
        sums[SPAN_OF[last.state]] += active
        sums["stopped"] += (now.now - last.state_since) // MILLISECOND - active
    return sums


def at_minute(minute: int, freezes: Sequence[Freeze] = ()) -> Moment:
    return Moment(MORNING + timedelta(minutes=minute), freezes)


def test_a_recall_after_eleven_minutes_leaves_the_wait_at_two() -> None:
    called = changes.call(make_token(), "A1", "e-1", at_minute(2), jumped=True)
    again = changes.recall(called, at_minute(13))
    assert (again.step.waited, again.step.jumped_at) == (2 * MINUTE, MORNING + timedelta(minutes=2))
    assert changes.start(again, at_minute(14)).step.coming == 12 * MINUTE


def test_an_hour_in_which_the_centre_stood_is_no_part_of_a_stay() -> None:
    stopped: list[tuple[datetime, datetime | None]] = [
        (MORNING + timedelta(minutes=3), MORNING + timedelta(minutes=63))
    ]
    called = changes.call(make_token(), "A1", "e-1", at_minute(1))
    serving = changes.start(called, at_minute(2))
    assert stay_at(serving, at_minute(65, stopped)) == 5 * MINUTE
    closed, ended = changes.finish(serving, "ok", Stop(None), 9, at_minute(65, stopped))
    assert (closed.serving, closed.stopped, spent(closed)) == (3 * MINUTE, 60 * MINUTE, 5 * MINUTE)
    assert stay_at(ended, at_minute(99)) == 5 * MINUTE


def test_each_open_state_is_a_span_of_its_own_kind() -> None:
    assert SPAN_OF.keys() == set(StepState) - {StepState.DONE, StepState.SKIPPED}
    assert set(SPAN_OF.values()) == set(SPANS) - {"stopped"}

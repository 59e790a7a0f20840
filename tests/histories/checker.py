"""Decides whether a recorded concurrent history is linearizable.

A history is linearizable (Herlihy and Wing, TOPLAS 12(3), 1990) when every operation can be given one instant between
its invocation and its return so that, taken in that order, all answers are those of a sequential specification.

The search is that of Wing and Gong (J. Parallel Distrib. Comput. 17, 1993): try, depth first, every operation that may
come next. Lowe's memory is added (Testing for linearizability, Concurrency Computat.: Pract. Exper. 29(4), 2017, also
the method of Porcupine, https://github.com/anishathalye/porcupine): a set of linearised operations that has led to the
same state before is not tried again. An operation of unknown outcome has no return: it may take effect at any instant
after its invocation, or never (so Jepsen's `info`). Histories of independent objects are best checked one by one (Horn
and Kroening, Faster linearizability checking via P-compositionality, 2015, arXiv:1504.00204).

Two things keep the search short and change no verdict. Operations are tried in the order of their returns, those of
unknown outcome last. But one that fits and leaves the state as it is is taken first and without alternative: in every
order that goes on from there it can be moved to the front.
"""

from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from typing import NamedTuple, Protocol, TypeVar

TRIES = 5_000_000


class Interval(Protocol):
    """What the search needs to know of an operation: when it was invoked, and when it was answered, if it was."""

    @property
    def invoked(self) -> int:
        """The instant before which it had no effect."""

    @property
    def returned(self) -> int | None:
        """The instant after which it has no effect; None when its outcome is unknown."""

    @property
    def lapses(self) -> int | None:
        """The instant after which one of unknown outcome has no effect any more, None when it may at any time."""


Op = TypeVar("Op", bound=Interval)
Op_contra = TypeVar("Op_contra", bound=Interval, contravariant=True)
S = TypeVar("S", bound=Hashable)


class Spec(Protocol[Op_contra, S]):
    """A sequential specification."""

    @property
    def initial(self) -> S:
        """The state in which histories begin."""

    def step(self, state: S, op: Op_contra) -> Iterable[S]:
        """Return the states in which `op` may leave `state` with its answer: none when the answer does not fit."""


class GaveUp(Exception):
    """The search was stopped before it came to a verdict."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether an order was found, how many steps were tried, and what could not be placed where the search got stuck.

    `placed` counts the answered operations in the longest beginning that has an order, `stuck` is the one after it.
    """

    ok: bool
    tried: int
    placed: int
    stuck: object = None


class _Place(NamedTuple):
    """Where the search stands: answered operations passed, those taken ahead (a bit for each slot), and the state."""

    passed: int
    ahead: int
    state: Hashable


class _Windows:
    """For each return, in order, which operations were under way just before it.

    Operations under way at the same time have different slots; a slot is free again after the return.
    """

    def __init__(self, history: Sequence[Interval]) -> None:
        self.slots = [0] * len(history)
        self.order: list[int] = []
        self.under_way: list[list[int]] = []
        free: list[int] = []
        open_now: set[int] = set()
        slots = count()
        for _, ends, one in sorted(_edges(history)):
            if not ends:
                self.slots[one] = free.pop() if free else next(slots)
                open_now.add(one)
                continue
            if history[one].returned is None:  # its slot says for ever whether it was taken
                open_now.remove(one)
                continue
            self.order.append(one)
            self.under_way.append(sorted(open_now, key=lambda i: _urgency(history[i])))
            open_now.remove(one)
            free.append(self.slots[one])

    def pass_on(self, passed: int, ahead: int) -> tuple[int, int]:
        """Go past all returns of operations that were taken already."""
        while passed < len(self.order) and ahead >> self.slots[self.order[passed]] & 1:
            ahead ^= 1 << self.slots[self.order[passed]]
            passed += 1
        return passed, ahead


def _edges(history: Sequence[Interval]) -> Iterator[tuple[int, bool, int]]:
    """Return (instant, whether it is an end, index); what happens at one instant counts as concurrent."""
    for index, op in enumerate(history):
        yield op.invoked, False, index
        end = op.lapses if op.returned is None else op.returned
        if end is not None:
            yield end, True, index


def _urgency(op: Interval) -> tuple[bool, int]:
    return op.returned is None, op.invoked if op.returned is None else op.returned


class _Search:
    """One search over one history."""

    def __init__(self, history: Sequence[Interval], spec: Spec[Interval, Hashable]) -> None:
        self._history, self._spec, self._windows = history, spec, _Windows(history)
        self.tried = 0
        self.deepest = 0

    def run(self) -> bool:
        """Return whether there is an order; raises GaveUp."""
        start = _Place(0, 0, self._spec.initial)
        seen, stack = {start}, [self._moves(start)]
        while stack and self.deepest < len(self._windows.order):
            place = next((place for place in stack[-1] if place not in seen), None)
            if place is None:
                stack.pop()
                continue
            seen.add(place)
            stack.append(self._moves(place))
            self.deepest = max(self.deepest, place.passed)
        return self.deepest == len(self._windows.order)

    def stuck(self) -> object:
        """Return the operation that could not be placed."""
        order = self._windows.order
        return self._history[order[self.deepest]] if self.deepest < len(order) else None

    def _moves(self, place: _Place) -> Iterator[_Place]:
        """Return where one more operation may lead; what fits and changes nothing comes alone."""
        moves: list[_Place] = []
        for one in self._next(place):
            states = tuple(self._spec.step(place.state, self._history[one]))
            unchanged = states == (place.state,)
            if unchanged and self._history[one].returned is not None:
                return iter((self._after(place, one, place.state),))
            if not unchanged:
                moves += (self._after(place, one, state) for state in states)
        return iter(moves)

    def _next(self, place: _Place) -> Iterator[int]:
        """Return the operations that may come next."""
        if place.passed == len(self._windows.order):
            return
        for one in self._windows.under_way[place.passed]:
            if not place.ahead >> self._windows.slots[one] & 1:
                self._count()
                yield one

    def _after(self, place: _Place, one: int, state: Hashable) -> _Place:
        ahead = place.ahead | 1 << self._windows.slots[one]
        return _Place(*self._windows.pass_on(place.passed, ahead), state)

    def _count(self) -> None:
        self.tried += 1
        if self.tried > TRIES:
            raise GaveUp(f"no verdict after {TRIES} steps; {self.deepest} operations were placed")


def check(history: Sequence[Op], spec: Spec[Op, S]) -> Verdict:
    """Return whether a history is linearizable with respect to `spec`; raises GaveUp after too many steps."""
    search = _Search(history, spec)  # type: ignore[arg-type]
    ok = search.run()
    return Verdict(ok, search.tried, search.deepest, search.stuck())

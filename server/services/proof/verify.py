"""Proves a centre's record: replays its events and compares every promise with what the tables say."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import takewhile

from server.domain.centre import CentreState
from server.domain.events.event import Event, StoredEvent
from server.domain.events.kinds import Kind, Payload, TokenEvent
from server.domain.events.payloads import (
    PolicyChanged,
    TokenAttached,
    TokenCalled,
    TokenExpired,
    TokenIssued,
    TokenMerged,
    TokenRebuilt,
    TokenUndone,
    brought_by,
)
from server.domain.freezes import Moment, active_time
from server.domain.notice import begun
from server.domain.plan.series import read_label
from server.domain.proof.change import Change
from server.domain.proof.fairness import Audit
from server.domain.proof.findings import Finding, in_chain
from server.domain.proof.hall import Hall, desks_of
from server.domain.proof.notes import NOTES, left_out
from server.domain.proof.past import Past
from server.domain.proof.replay import counted, remake, remake_issue
from server.domain.proof.verdicts import Anchor, Fault, Verdict
from server.domain.token.lifecycle import StepState
from server.domain.token.token import Step, Token
from server.domain.token.undo import LOOKED_AT, UNDO_MAX
from server.services.proof.answers import compare_answers
from server.services.proof.chain import Chain, Log
from server.services.proof.comparison import (
    AT_ONCE,
    compare_counters,
    compare_helpers,
    compare_printers,
    compare_tokens,
    count_tokens,
)
from server.services.proof.freezes import stops_until
from server.services.proof.versions import Versions
from server.storage.sql import proof
from server.storage.sql.events import clock_set_before, hash_of, latest_of, stored_between
from server.storage.transaction import Read

__all__ = ["Anchor", "Fault", "Verdict", "certify", "verify"]

UNREADABLE = (LookupError, TypeError, ValueError)  # what the rules raise of a record that nobody can have written


def verify(read: Read, centre: CentreState, anchors: Iterable[Anchor] = ()) -> Verdict:
    """Replay all events of a centre. Memory grows with the tokens under way, not with the history.

    `anchors` are heads from reports outside: a record that was cut off or written anew does not pass through them.
    """
    replay = _Replay(read, centre, {anchor.seq: anchor.head for anchor in anchors})
    replay.run(centre.event_seq)
    return replay.conclude()


def verify_log(read: Read, centre: CentreState) -> Verdict:
    """Replay all events of a centre beside no tables but those of its set-up, where no others are."""
    replay = _Replay(read, centre, {}, beside_rows=False)
    replay.run(centre.event_seq)
    replay.conclude_log()
    return replay.judge()


def certify(read: Read, centre: CentreState, after: int, until: int) -> Verdict:
    """Replay the events after + 1 … until and judge their calls; what stands in the tables is not compared.

    The replay begins with the hash of event `after`, and takes tokens of before as that event left them.
    """
    replay = _Replay(read, centre, {}, after)
    replay.run(until)
    replay.verdict.events -= after
    return replay.judge()


class _Replay:
    def __init__(
        self, read: Read, centre: CentreState, anchors: Mapping[int, str], after: int = 0, *, beside_rows: bool = True
    ) -> None:
        self._read, self._centre, self._begin = read, centre, after
        self._beside_rows = beside_rows and not after
        self.verdict = Verdict(events=after)
        log = Log(partial(stored_between, read, centre.id), partial(hash_of, read, centre.id))
        self._chain = Chain(log, self.verdict, anchors)
        self._open: dict[str, Past] = {}
        self._ended: dict[str, Past] = {}
        self._old: list[Past] = []
        self._versions = Versions(read, centre)
        self._hall = Hall(self._versions.set_up, desks_of(proof.positions_of(read, centre.id)), whole=not after)
        self._hall.freezes, self._hall.carried_at = stops_until(read, centre.id, after)
        if (clock := clock_set_before(read, centre.id, after)) is not None:
            self._hall.set_clock(clock)
        self._audit = Audit(lambda _at: self._hall.plan)

    def run(self, until: int) -> None:
        """Apply the events up to number `until`, a block at a time."""
        for row in self._chain.rows(until):
            self.apply(row)

    def apply(self, row: StoredEvent) -> None:
        """Compare one event with what came before it, then take it as the new state."""
        try:
            self._take(row.read())
        except UNREADABLE as error:
            self.verdict.fault("unreadable", row.seq, f"Event {row.seq} makes no sense: {error!r}.")

    def _take(self, event: Event) -> None:
        payload, hall = event.payload, self._hall
        self._report(event.seq, hall.enter(event))
        self._audit.today = hall.open_day
        if isinstance(payload, TokenIssued):
            self._issue(event, payload)
        elif isinstance(payload, TokenUndone):
            self._undo(event, payload)
        elif isinstance(payload, TokenEvent):
            self._act(event, payload)
        else:
            self._report(event.seq, NOTES[event.kind](hall, event))
        if isinstance(payload, PolicyChanged):
            self._versions.announce(payload)
        hall.leave(event)

    def conclude_log(self) -> None:
        """Compare the end of the log with what is promised."""
        self._chain.conclude(self._centre.event_seq, self._centre.head)

    def conclude(self) -> Verdict:
        """Compare what the replay ended with and the tables."""
        self.conclude_log()
        self._compare([*self._old, *self._ended.values(), *self._open.values()])
        self._compare_rows()
        return self.judge()

    def _compare_rows(self) -> None:
        read, centre, hall = self._read, self._centre.id, self._hall
        self._report_all(compare_counters(read, centre, hall.desks))
        self._report_all(compare_printers(read, centre, hall.printers))
        self._report_all(compare_answers(read, centre, self._centre.event_seq))
        self._report_all(compare_helpers(read, centre, self._open))
        self._report_all(count_tokens(read, centre, self.verdict.tokens, self._open))
        if self.verdict.events:
            self._report(0, hall.ledger.compare(proof.leases_of(read, centre), proof.last_numbers(read, centre)))
        self._report(0, self._audit.compare(proof.passes_by_group(read, centre)))
        self._report(0, self._versions.compare())
        hall.keep_day()
        for name, stored, due in (
            ("last closed", self._centre.closed_day, hall.closed_day),
            ("open", self._centre.open_day, hall.open_day),
        ):
            if stored != due:
                text = f"The {name} day is {stored} in the table, {due} by the log."
                self.verdict.fault("state_differs", 0, text)
        if hall.freezes[-1:] != self._centre.stops[-1:]:
            self.verdict.fault("state_differs", 0, "The last stop is another in the table than by the log.")
        if begun(hall.flags) != begun(self._centre.flags):
            self.verdict.fault("state_differs", 0, "The notice of the centre is another in the table than by the log.")

    def judge(self) -> Verdict:
        """Add the certificates of the days and the count of leased numbers."""
        self.verdict.leased, self.verdict.void = self._hall.ledger.leased, self._hall.ledger.void
        self.verdict.people = self._hall.people
        self.verdict.days = [day.view() for day in self._audit.days.values()]
        return self.verdict

    def _issue(self, event: Event, payload: TokenIssued) -> None:
        token = payload.token
        self.verdict.tokens += 1
        self._report(event.seq, self._left_out(token, payload.left_out))
        self._report(event.seq, remake_issue(event, payload, self._hall))
        ledger = self._hall.ledger
        number = ledger.rebuild(token) if isinstance(payload, TokenRebuilt) else ledger.issue(token)
        self._report(event.seq, [number] if number else [])
        self._report(event.seq, self._borne_twice(token))
        self._open[token.id] = past = Past(token, secret=payload.secret)
        self._use(past, payload)
        self._audit.change(None, token)
        self._hall.last_day = max(token.day, self._hall.last_day or token.day)
        self._forget(event)

    def _borne_twice(self, token: Token) -> Iterator[Finding]:
        """Nobody who is here has the label of somebody else, whatever day it is of."""
        if any(past.token.label == token.label for past in self._open.values() if past.token.id != token.id):
            yield "number_doubled", f"Somebody else who is here has {token.label}."

    def _left_out(self, token: Token, labels: Sequence[str]) -> Iterator[Finding]:
        """Labels are left_out in a row, because somebody of another day has them, or may have them again."""
        if not labels:
            return
        yield from left_out(self._hall, labels)
        before = (past.token for past in (*self._open.values(), *self._ended.values()))
        taken = {other.label for other in before if other.day != token.day}
        for each in labels:
            letter, number = read_label(each) or ("", 0)
            if not self._begin and each not in taken and self._hall.ledger.block_of(letter, number) is None:
                yield "number_gap", f"{each} was left_out, but nobody has it."

    def _act(self, event: Event, payload: TokenEvent) -> None:
        after = payload.token
        past = self._open.get(after.id) or self._from_before(after.id)
        if past is None:
            self.verdict.fault("not_under_way", event.seq, f"{after.label} is changed but not under way.")
            return
        before = past.token
        closed, after = self._remade(event, payload, past)
        if isinstance(payload, TokenCalled):
            self._judge_call(event, payload, before)
        past.move(event, after, closed)
        self._use(past, payload)
        self._follow(event, before, after)
        if isinstance(payload, TokenExpired):
            self._hall.count_end(after)

    def _remade(self, event: Event, payload: TokenEvent, past: Past) -> tuple[Step | None, Token]:
        """Compute an event anew, and return the step that it closes and the token after it."""
        change = Change(event, payload, past.token, payload.token, self._hall, past.called_at, past.passed)
        if isinstance(payload, TokenMerged) and (other := self._ended.get(payload.merged)):
            change.other = other.token
        made = remake(change)
        self._report(event.seq, change.findings)
        return (None, payload.token) if made is None else (made[0], counted(payload.token, made[1], payload))

    def _from_before(self, token_id: str) -> Past | None:
        """Return a token as it stood before the first event of this replay, with its latest steps; None without any."""
        if not self._begin or token_id in self._ended:
            return None
        earlier = latest_of(self._read, self._centre.id, token_id, LOOKED_AT, before=self._begin + 1)[::-1]
        if not earlier:
            return None
        stood = [event.payload.token for event in earlier if isinstance(event.payload, TokenEvent)]
        past = self._open[token_id] = Past(stood[-1], whole=False)
        past.steps.extend(zip(earlier[1:], stood[:-1], strict=True))
        self._audit.change(None, past.token)
        return past

    def _judge_call(self, event: Event, payload: TokenCalled, before: Token) -> None:
        if before.step.state is not StepState.WAITING:
            return
        age = Moment(event.at, self._hall.stops).age
        self._report(event.seq, self._audit.call(event, payload, before, age))

    def _undo(self, event: Event, payload: TokenUndone) -> None:
        after = payload.token
        past = self._open.get(after.id) or self._ended.pop(after.id, None) or self._from_before(after.id)
        undone = None if past is None else past.undone(payload.undoes)
        if past is None or undone is None:
            self.verdict.fault("wrong_undo", event.seq, f"{after.label} had no such action to undo.")
            return
        action, before = undone
        after = counted(after, before, payload)
        if in_chain(before) != in_chain(after):
            self.verdict.fault("wrong_undo", event.seq, f"{after.label} is not as it was before the action.")
        if not after.ended:
            self._report(event.seq, self._borne_twice(after))
        present, past.token = past.token, after
        self._open[after.id] = past
        self._follow(event, present, after)
        if action.kind is not Kind.TOKEN_EXPIRED:
            self._audit.day(self._hall.open_day or after.day).undone += 1
        self._free(past, action.payload)
        if isinstance(action.payload, TokenCalled):
            self._audit.undo_call(action, action.payload, after)

    def _use(self, past: Past, payload: TokenEvent) -> None:
        """Note which booking brought a token, was attached to it or came over with another, and which that was."""
        brought = set(brought_by(payload))
        past.bookings |= brought
        if isinstance(payload, TokenMerged) and (other := self._ended.get(payload.merged)):
            other.merged_into = past.token.id
            other.bookings -= brought

    def _free(self, past: Past, undone: Payload) -> None:
        """Note that bookings, and whom a label leads to, are what they were before what is taken back."""
        if not isinstance(undone, TokenAttached | TokenMerged):
            return
        used = set(brought_by(undone))
        past.bookings -= used
        if isinstance(undone, TokenMerged) and (other := self._ended.get(undone.merged)):
            other.merged_into = None
            other.bookings |= used

    def _follow(self, event: Event, before: Token, after: Token) -> None:
        """Take over a changed token: its place in the line, its counters, and whether it is under way."""
        self._audit.change(before, after)
        for counter in self._hall.occupied.change(before, after):
            self.verdict.fault("double_call", event.seq, f"Counter {counter} had two people at once.")
        if before.emergency_at != after.emergency_at:
            self._hall.note_emergency(after)
        if after.ended:
            self._ended[after.id] = self._open.pop(after.id)

    def _forget(self, event: Event) -> None:
        """Compare tokens that ended long ago, which nobody can undo any more, with their rows, and let them go."""
        old = list(takewhile(lambda past: self._is_past_undo(past.token, event), self._ended.values()))
        for past in old:
            self._ended.pop(past.token.id).steps.clear()
        self._old += old
        if len(self._old) >= AT_ONCE:
            self._compare(self._old)
            self._old = []

    def _is_past_undo(self, token: Token, event: Event) -> bool:
        return active_time(token.ended_at or event.at, event.at, self._hall.stops) > UNDO_MAX

    def _compare(self, replayed: list[Past]) -> None:
        if self._beside_rows:
            self._report_all(compare_tokens(self._read, self._centre.id, replayed))

    def _report_all(self, faults: Iterable[Fault]) -> None:
        for fault in faults:
            self.verdict.fault(fault.code, fault.seq, fault.text)

    def _report(self, seq: int, findings: Iterable[Finding]) -> None:
        for code, text in findings:
            self.verdict.fault(code, seq, text)

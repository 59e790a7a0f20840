"""The chain of a log, event by event: numbers without a gap, hashes that fit, heads on reports that it passes."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from server.domain.events.event import StoredEvent, fingerprint
from server.domain.proof.verdicts import Verdict
from server.storage.json_text import canonical
from server.storage.sql.events import BLOCK


@dataclass(frozen=True, slots=True)
class Log:
    """Where a chain is read: `rows` gives the events after + 1 … until, `hash_of` the hash of one."""

    rows: Callable[[int, int], Iterator[StoredEvent]]
    hash_of: Callable[[int], str]


class Chain:
    """Follows a chain from event `verdict.events` on; `anchors` are heads from reports outside."""

    def __init__(self, log: Log, verdict: Verdict, anchors: Mapping[int, str]) -> None:
        self._log, self.verdict, self._anchors = log, verdict, anchors
        self._head = log.hash_of(verdict.events)

    def rows(self, until: int) -> Iterator[StoredEvent]:
        """Return the rows up to a number, each checked, a block at a time; what is no JSON is named and left out."""
        for begin in range(self.verdict.events, until, BLOCK):
            end = min(until, begin + BLOCK)
            try:
                rows = list(self._log.rows(begin, end))
            except ValueError:  # one of them is no JSON
                yield from self._singly(begin, end)
                continue
            yield from map(self._checked, rows)

    def _singly(self, begin: int, end: int) -> Iterator[StoredEvent]:
        for seq in range(begin + 1, end + 1):
            try:
                rows = list(self._log.rows(seq - 1, seq))
            except ValueError as error:
                self.verdict.fault("unreadable", seq, f"Event {seq} cannot be read: {error}.")
                self.verdict.events, self._head = seq, self._log.hash_of(seq)
                continue
            yield from map(self._checked, rows)

    def conclude(self, seq: int, head: str) -> None:
        """Compare the end of the chain with what is promised: the number of the last event, and its hash."""
        if self.verdict.events != seq:
            self.verdict.fault("event_missing", seq, f"{seq} events promised, {self.verdict.events} found.")
        if self._head != head:
            self.verdict.fault("chain_broken", seq, "The last hash is not the head of the chain.")
        for later in (number for number in self._anchors if number > seq):
            self.verdict.fault("anchor_missed", later, f"A report speaks of event {later}, the record ends at {seq}.")

    def _checked(self, row: StoredEvent) -> StoredEvent:
        expected = self.verdict.events + 1
        if row.seq != expected:
            self.verdict.fault("event_missing", row.seq, f"Event {expected} is missing.")
            self.verdict.events = row.seq - 1
        if row.hash != fingerprint(row, canonical(row.data), self._head):
            self.verdict.fault("chain_broken", row.seq, f"Event {row.seq} is not what was written.")
        if self._anchors.get(row.seq, row.hash) != row.hash:
            self.verdict.fault("anchor_missed", row.seq, f"A report has another head at event {row.seq}.")
        self._head = row.hash
        self.verdict.events += 1
        return row

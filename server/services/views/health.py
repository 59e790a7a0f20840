"""Whether the database can be worked with, and what is counted of each centre."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from server.storage import schema
from server.storage.sql import centres, tokens
from server.storage.transaction import Read, Transaction


@dataclass(frozen=True, slots=True)
class CentreCount:
    """How many events a centre has, and its tokens under way by state."""

    code: str
    events: int
    open_tokens: Counter[str]


def write_again(tx: Transaction) -> None:
    """Write what stands there already, to see whether anything can be written."""
    schema.write_again(tx.conn)


def schema_is_current(read: Read) -> bool:
    """Whether the database has the schema of this program."""
    return schema.is_current(read)


def counts(read: Read) -> Iterator[CentreCount]:
    """Count each centre."""
    for centre in centres.all_centres(read):
        states = Counter(token.state.value for token in tokens.open_tokens(read, centre.id))
        yield CentreCount(centre.code, centre.event_seq, states)

"""What a database says after a crash about the commands that were sent before, and whether that can be true."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from server.domain.token.lifecycle import AT_COUNTER
from server.services.proof.verify import verify
from server.storage.database import Database
from server.storage.sql import centres
from server.storage.tables import floor
from server.storage.tables.answers import AnswerTable
from server.storage.tables.events import EventTable
from server.storage.tables.numbers import SeriesDayTable
from tests.crash.commands import KINDS, Answer, Command
from tests.factories import CENTRE


@dataclass(frozen=True, slots=True)
class Books:
    """The answers kept under some keys, how many events there are of each kind, and what cannot be true."""

    kept: Mapping[str, tuple[int, object]]
    events: Mapping[str, int]
    faults: Sequence[str]

    def says(self, command: Command) -> bool:
        """Whether a command is kept with the answer that its client heard."""
        return command.answer is not None and self.kept.get(command.key) == content(command.answer)


def content(answer: Answer) -> tuple[int, object]:
    """Return an answer as it is kept."""
    return answer.status, answer.body


def read_books(url: str, commands: Iterable[Command], *, replay: bool) -> Books:
    """Read what a database says about commands; `replay`: replay its whole record, too."""
    keys = [command.key for command in commands]
    with closing(Database(url)) as db:
        return db.read(lambda conn: _books(conn, keys, replay))


def _books(conn: Connection, keys: Sequence[str], replay: bool) -> Books:
    kept = select(AnswerTable.key, AnswerTable.status, AnswerTable.answer).where(AnswerTable.key.in_(keys))
    kinds = select(EventTable.kind, func.count()).group_by(EventTable.kind)
    faults = [*_wrong_numbers(conn), *_crowded_counters(conn), *(_replayed(conn) if replay else ())]
    return Books(
        {key: (status, answer) for key, status, answer in conn.execute(kept)},
        {row[0]: row[1] for row in conn.execute(kinds)},
        faults,
    )


def _wrong_numbers(conn: Connection) -> list[str]:
    """Find series whose numbers are not 1, 2, 3 … up to the last one given, each once."""
    token, given = floor.TokenTable, SeriesDayTable
    found = (func.count(), func.count(token.number.distinct()), func.min(token.number), func.max(token.number))
    query = (
        select(token.series, given.last, *found)
        .join(given, (given.day == token.day) & (given.letter == token.series))
        .group_by(token.day, token.series, given.last)
    )
    return [
        f"series {letter} gave {last} numbers, but the tokens have (count, different, first, last): {numbers}"
        for letter, last, *numbers in conn.execute(query)
        if numbers != [last, last, 1, last]
    ]


def _crowded_counters(conn: Connection) -> list[str]:
    occupied = select(floor.StepTable.counter).where(floor.StepTable.state.in_([state.value for state in AT_COUNTER]))
    tokens = Counter(conn.execute(occupied).scalars())
    return [f"counter {counter} has {count} tokens" for counter, count in tokens.items() if count > 1]


def _replayed(conn: Connection) -> list[str]:
    return [fault.text for fault in verify(conn, centres.centre_by_code(conn, CENTRE)).faults]


def miscounted(books: Books, carried_out: Mapping[str, int]) -> list[str]:
    """Compare how many commands of each verb were carried out with how many events tell of it: each exactly once."""
    counts = {verb: (carried_out.get(verb, 0), books.events.get(kind.value, 0)) for verb, kind in KINDS.items()}
    return [f"{verb}: {done} commands, {found} events" for verb, (done, found) in counts.items() if done != found]

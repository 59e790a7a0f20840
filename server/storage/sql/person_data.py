"""Reads and writes of what is known of citizens: on the floor, sealed, and held."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Sequence
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import (
    ColumnElement,
    Connection,
    String,
    case,
    cast,
    delete,
    exists,
    func,
    insert,
    literal,
    null,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.orm import InstrumentedAttribute

from server.domain.events.installation import Act
from server.domain.events.kinds import Kind
from server.domain.person_data import PersonData, forgotten_secret
from server.storage import copies
from server.storage.tables.answers import AnswerTable
from server.storage.tables.bookings import KNOWN, BookingTable
from server.storage.tables.centre import CentreTable
from server.storage.tables.events import EventTable, InstallationEventTable
from server.storage.tables.floor import CounterTable, TokenPrivateTable, TokenTable
from server.storage.tables.numbers import LeaseTable
from server.storage.tables.person_data import LegalHoldTable, SealedDayTable, SealedPersonTable

BOOKING = "booking:"
TokenId = InstrumentedAttribute[str] | InstrumentedAttribute[str | None]
KNOWN_OF_TOKEN = (
    select(
        *(TokenTable.id, TokenTable.day, TokenTable.label, TokenTable.need, TokenTable.access, TokenTable.secret),
        *(TokenPrivateTable.phone, TokenPrivateTable.appointment_hash, TokenPrivateTable.claim_hash),
        TokenPrivateTable.return_of,
    )
    .outerjoin(TokenPrivateTable, TokenPrivateTable.token_id == TokenTable.id)
    .order_by(TokenTable.ended_at, TokenTable.id)
)
KNOWN_OF_BOOKING = select(
    *(BookingTable.id, BookingTable.day, BookingTable.reference_hash, BookingTable.tail, BookingTable.need)
).order_by(BookingTable.day, BookingTable.id)


class SealedDay(NamedTuple):
    """For whom the data of a day is sealed, and the identity that opens it, itself sealed."""

    day: date
    recipient: str
    identity: str


class Sealed(NamedTuple):
    """What is sealed of a token or a booking, and by which hashes it is found."""

    day: date
    subject: str
    phone_hash: str | None
    reference_hash: str | None
    content: str


def _held(
    of: type[TokenTable | BookingTable], token_id: InstrumentedAttribute[str] | InstrumentedAttribute[str | None]
) -> ColumnElement[bool]:
    """Whether a token or a booking is held, itself or with its day."""
    hold = LegalHoldTable
    in_force = (hold.centre_id == of.centre_id, hold.day == of.day, hold.lifted_at.is_(None))
    return exists().where(*in_force, or_(hold.token_id.is_(None), hold.token_id == token_id))


def _due_tokens(centre_id: int, closed: date, until: datetime, today: date) -> list[ColumnElement[bool]]:
    over = or_(TokenTable.return_until.is_(None), TokenTable.return_until < today)
    gone = (TokenTable.ended_at.is_not(None), TokenTable.ended_at <= until, TokenTable.day <= closed, over)
    return [TokenTable.centre_id == centre_id, TokenTable.forgotten_at.is_(None), *gone]


def due_tokens(
    conn: Connection, centre_id: int, closed: date, until: datetime, today: date, most: int
) -> list[PersonData]:
    """Return what is known by tokens that ended until a moment, on days that are closed, and are not held."""
    where = _due_tokens(centre_id, closed, until, today)
    query = KNOWN_OF_TOKEN.where(*where, ~_held(TokenTable, TokenTable.id)).limit(most)
    return _of_tokens(conn, centre_id, conn.execute(query).all())


def count_held(conn: Connection, centre_id: int, closed: date, until: datetime, today: date) -> int:
    """Return how many tokens stay on the floor because they are held."""
    where = _due_tokens(centre_id, closed, until, today)
    query = select(func.count()).select_from(TokenTable).where(*where, _held(TokenTable, TokenTable.id))
    return int(conn.execute(query).scalar_one())


def known_of_tokens(conn: Connection, centre_id: int, ids: Collection[str]) -> list[PersonData]:
    """Return what is known by some tokens of a centre that are on the floor."""
    own = (TokenTable.centre_id == centre_id, TokenTable.id.in_(ids), TokenTable.forgotten_at.is_(None))
    return _of_tokens(conn, centre_id, conn.execute(KNOWN_OF_TOKEN.where(*own)).all())


def _of_tokens(conn: Connection, centre_id: int, rows: Sequence[Sequence[object]]) -> list[PersonData]:
    notes = _notes_of(conn, centre_id, [str(row[0]) for row in rows])
    return [_of_token(*row, notes=tuple(notes[str(row[0])])) for row in rows]  # type: ignore[arg-type]


def _of_token(
    token_id: str,
    day: date,
    label: str,
    need: str | None,
    access: tuple[str, ...],
    secret: str,
    phone: str | None,
    reference: str | None,
    claim: str | None,
    return_of: str | None,
    *,
    notes: tuple[tuple[int, str], ...],
) -> PersonData:
    return PersonData(token_id, day, label, phone, reference, claim, return_of, need, access, secret, None, notes)


def _notes_of(conn: Connection, centre_id: int, ids: Collection[str]) -> dict[str, list[tuple[int, str]]]:
    found: dict[str, list[tuple[int, str]]] = defaultdict(list)
    query = select(EventTable.token_id, EventTable.seq, EventTable.private).where(
        EventTable.centre_id == centre_id, EventTable.token_id.in_(ids), EventTable.private.is_not(None)
    )
    for token_id, seq, private in conn.execute(query.order_by(EventTable.seq)):
        if private and private.get("note"):
            found[str(token_id)].append((seq, private["note"]))
    for token_id, seq, note in _reprints(conn, centre_id, ids):
        if note:
            found[token_id].append((seq, note))
    return found


def _reprints(conn: Connection, centre_id: int, ids: Collection[str]) -> list[tuple[str, int, str | None]]:
    """Return (token, number, note) of the events by which slips of some tokens were printed again."""
    of_tokens = (EventTable.centre_id == centre_id, EventTable.token_id.in_(ids))
    first = conn.execute(select(func.min(EventTable.seq)).where(*of_tokens)).scalar() or 0
    token_id = EventTable.data["token_id"].as_string()
    query = select(token_id, EventTable.seq, EventTable.private).where(
        EventTable.centre_id == centre_id, EventTable.seq > first, EventTable.kind == Kind.SLIP_REPRINTED.value
    )
    rows = conn.execute(query.where(token_id.in_(ids)).order_by(EventTable.seq))
    return [(token, seq, (private or {}).get("note")) for token, seq, private in rows]


def forget_tokens(conn: Connection, centre_id: int, ids: Collection[str], at: datetime) -> None:
    """Let nothing stand any more of what is known by some tokens: their rows, their events and their bookings."""
    event = (EventTable.centre_id == centre_id, EventTable.token_id.in_(ids))
    reprints = [seq for _, seq, _ in _reprints(conn, centre_id, ids)]
    conn.execute(update(EventTable).where(*event).values(private=null()))
    printed = (EventTable.centre_id == centre_id, EventTable.seq.in_(reprints))
    conn.execute(update(EventTable).where(*printed).values(private=null()))
    secret = literal(forgotten_secret("")) + TokenTable.id
    gone = {"need": None, "access": (), "secret": secret, "forgotten_at": at}
    conn.execute(update(TokenTable).where(TokenTable.centre_id == centre_id, TokenTable.id.in_(ids)).values(gone))
    conn.execute(delete(TokenPrivateTable).where(TokenPrivateTable.token_id.in_(ids)))


def due_bookings(conn: Connection, centre_id: int, before: date, most: int) -> list[PersonData]:
    """Return what is known by bookings of days before one whose token, if any, is off the floor; none that are held."""
    on_floor = exists().where(TokenTable.id == BookingTable.token_id, TokenTable.forgotten_at.is_(None))
    due = (BookingTable.centre_id == centre_id, BookingTable.day < before, text(KNOWN))
    query = KNOWN_OF_BOOKING.where(*due, ~on_floor, ~_held(BookingTable, BookingTable.token_id)).limit(most)
    return [_of_booking(*row) for row in conn.execute(query)]


def bookings_under(conn: Connection, centre_id: int, hashes: Collection[str]) -> list[PersonData]:
    """Return what is known by the bookings of a reference."""
    own = (BookingTable.centre_id == centre_id, BookingTable.reference_hash.in_(hashes))
    return [_of_booking(*row) for row in conn.execute(KNOWN_OF_BOOKING.where(*own))]


def bookings_of_tokens(conn: Connection, centre_id: int, ids: Collection[str]) -> list[PersonData]:
    """Return what is known by the bookings that have become some tokens."""
    own = (BookingTable.centre_id == centre_id, BookingTable.token_id.in_(ids), text(KNOWN))
    return [_of_booking(*row) for row in conn.execute(KNOWN_OF_BOOKING.where(*own))]


def _of_booking(number: int, day: date, reference_hash: str, tail: str, need: str | None) -> PersonData:
    return PersonData(f"{BOOKING}{number}", day, reference_hash=reference_hash, need=need, tail=tail)


def forget_bookings(conn: Connection, centre_id: int, subjects: Collection[str]) -> None:
    """Let no reference and no need stand any more in some bookings."""
    numbers = [int(subject.removeprefix(BOOKING)) for subject in subjects]
    gone = literal(forgotten_secret(BOOKING)) + cast(BookingTable.id, String)
    own = (BookingTable.centre_id == centre_id, BookingTable.id.in_(numbers))
    conn.execute(update(BookingTable).where(*own).values(reference_hash=gone, tail="", need=None))


def forgotten_seq(conn: Connection, centre_id: int) -> int:
    """Return up to which event nothing stands any more beside events of no token."""
    return int(conn.execute(select(CentreTable.forgotten_seq).where(CentreTable.id == centre_id)).scalar_one())


def notes_between(conn: Connection, centre_id: int, after: int, until: int) -> list[tuple[int, datetime, str]]:
    """Return (number, time, note) of what people wrote beside the events after + 1 … until that are of no token."""
    own = (EventTable.centre_id == centre_id, EventTable.seq > after, EventTable.seq <= until)
    query = select(EventTable.seq, EventTable.at, EventTable.private).where(*own, EventTable.token_id.is_(None))
    rows = conn.execute(query.order_by(EventTable.seq))
    return [(seq, at, private["note"]) for seq, at, private in rows if private and private.get("note")]


def forget_notes(conn: Connection, centre_id: int, seqs: Collection[int], until: int, moment: datetime) -> None:
    """Let no note stand any more beside some events, nor in what they left until a moment, up to event `until`."""
    for seq, private in conn.execute(
        select(EventTable.seq, EventTable.private).where(EventTable.centre_id == centre_id, EventTable.seq.in_(seqs))
    ).all():
        kept = {name: value for name, value in (private or {}).items() if name != "note"} or null()
        conn.execute(
            update(EventTable).where(EventTable.centre_id == centre_id, EventTable.seq == seq).values(private=kept)
        )
    void = (LeaseTable.centre_id == centre_id, LeaseTable.id <= until, LeaseTable.void_reason.is_not(None))
    conn.execute(update(LeaseTable).where(*void).values(void_reason=""))
    paused = (CounterTable.centre_id == centre_id, CounterTable.since <= moment, CounterTable.reason.is_not(None))
    conn.execute(update(CounterTable).where(*paused).values(reason=None))
    conn.execute(update(CentreTable).where(CentreTable.id == centre_id).values(forgotten_seq=until))


def sealed_day(conn: Connection, centre_id: int, day: date) -> SealedDay | None:
    """Return for whom the data of a day is sealed, None where none was."""
    table = SealedDayTable
    query = select(table.day, table.recipient, table.identity).where(table.centre_id == centre_id, table.day == day)
    row = conn.execute(query).one_or_none()
    return None if row is None else SealedDay(*row)


def keep_sealed_day(conn: Connection, centre_id: int, day: SealedDay) -> None:
    """Write for whom the data of a day is sealed."""
    conn.execute(insert(SealedDayTable).values(centre_id=centre_id, **day._asdict()))


def keep_sealed(conn: Connection, centre_id: int, sealed: Sequence[Sealed]) -> None:
    """Write what was sealed, in the place of what stood under the same subject."""
    for each in sealed:
        same = (SealedPersonTable.centre_id == centre_id, SealedPersonTable.subject == each.subject)
        conn.execute(delete(SealedPersonTable).where(*same, SealedPersonTable.day == each.day))
    conn.execute(insert(SealedPersonTable), [{"centre_id": centre_id, **each._asdict()} for each in sealed])


SEALED = select(*(getattr(SealedPersonTable, name) for name in Sealed._fields))


def sealed_under(conn: Connection, centre_id: int, hashes: Collection[str]) -> list[Sealed]:
    """Return what is sealed under some hashes of a phone number or of a reference."""
    table = SealedPersonTable
    found = or_(table.phone_hash.in_(hashes), table.reference_hash.in_(hashes))
    return [Sealed(*row) for row in conn.execute(SEALED.where(table.centre_id == centre_id, found))]


def sealed_of(conn: Connection, centre_id: int, subjects: Collection[str]) -> list[Sealed]:
    """Return what is sealed of some tokens or bookings."""
    own = (SealedPersonTable.centre_id == centre_id, SealedPersonTable.subject.in_(subjects))
    return [Sealed(*row) for row in conn.execute(SEALED.where(*own))]


def end_sealed(conn: Connection, centre_id: int, subjects: Collection[str]) -> None:
    """Delete what is sealed of some tokens or bookings."""
    own = (SealedPersonTable.centre_id == centre_id, SealedPersonTable.subject.in_(subjects))
    conn.execute(delete(SealedPersonTable).where(*own))


def end_days(conn: Connection, centre_id: int, before: date) -> int:
    """Delete what is sealed of days before one that are not held, with what opens it; returns of how many subjects."""
    hold, person, day = LegalHoldTable, SealedPersonTable, SealedDayTable
    held = select(hold.day).where(hold.centre_id == centre_id, hold.lifted_at.is_(None))
    over = (person.centre_id == centre_id, person.day < before, person.day.not_in(held))
    ended = conn.execute(delete(person).where(*over)).rowcount
    conn.execute(delete(day).where(day.centre_id == centre_id, day.day < before, day.day.not_in(held)))
    return ended


def count_sealed(conn: Connection, centre_id: int) -> tuple[int, date | None]:
    """Return of how many tokens and bookings something is sealed, and the first day of these."""
    query = select(func.count(), func.min(SealedPersonTable.day)).where(SealedPersonTable.centre_id == centre_id)
    count, first = conn.execute(query).one()
    return int(count), first


ACTS = (Act.PERSON_DATA_SHOWN, Act.PHONE_REVEALED, Act.PERSON_DATA_CORRECTED, Act.PERSON_DATA_ERASED)
"""What people do with what is known of somebody."""


def acts_between(
    conn: Connection, centre_id: int, begin: datetime | None, end: datetime | None
) -> dict[tuple[str, Act], int]:
    """Return how often each of the ACTS was done with which token or booking, from a moment until before another."""
    table, found = InstallationEventTable, Counter[tuple[str, Act]]()
    where = [table.kind.in_([act.value for act in ACTS]), table.data["centre"].as_integer() == centre_id]
    where += [] if begin is None else [table.at >= begin]
    where += [] if end is None else [table.at < end]
    for kind, data in conn.execute(select(table.kind, table.data).where(*where)):
        found.update((subject, Act(kind)) for subject in data.get("subjects", [data.get("token")]))
    return found


def known_between(
    conn: Connection, centre_id: int, first: date, last: date, named: Collection[str]
) -> list[PersonData]:
    """Return what is known on the floor by the tokens and bookings of some days, and by some that are named."""
    here = or_(TokenTable.day.between(first, last), TokenTable.id.in_(named))
    on_floor = (TokenTable.centre_id == centre_id, TokenTable.forgotten_at.is_(None), here)
    numbers = [int(subject.removeprefix(BOOKING)) for subject in named if subject.startswith(BOOKING)]
    expected = or_(BookingTable.day.between(first, last), BookingTable.id.in_(numbers))
    booked = (BookingTable.centre_id == centre_id, text(KNOWN), expected)
    bookings = [_of_booking(*row) for row in conn.execute(KNOWN_OF_BOOKING.where(*booked))]
    return [*_of_tokens(conn, centre_id, conn.execute(KNOWN_OF_TOKEN.where(*on_floor)).all()), *bookings]


def sealed_between(conn: Connection, centre_id: int, first: date, last: date, named: Collection[str]) -> list[Sealed]:
    """Return what is sealed of some days, and of some tokens and bookings that are named."""
    table = SealedPersonTable
    where = (table.centre_id == centre_id, or_(table.day.between(first, last), table.subject.in_(named)))
    return [Sealed(*row) for row in conn.execute(SEALED.where(*where).order_by(table.day, table.subject))]


class Hold(NamedTuple):
    """A legal hold that is in force, of a day or of one token of it."""

    id: int
    day: date
    token_id: str | None
    reason: str
    placed_at: datetime


HOLD = select(*(getattr(LegalHoldTable, name) for name in Hold._fields)).where(LegalHoldTable.lifted_at.is_(None))


def holds(conn: Connection, centre_id: int) -> list[Hold]:
    """Return the holds in force, by number."""
    query = HOLD.where(LegalHoldTable.centre_id == centre_id).order_by(LegalHoldTable.id)
    return [Hold(*row) for row in conn.execute(query)]


def place_hold(conn: Connection, centre_id: int, day: date, token_id: str | None, reason: str, at: datetime) -> int:
    """Write a hold and return its number."""
    new = {"centre_id": centre_id, "day": day, "token_id": token_id, "reason": reason, "placed_at": at}
    return int(conn.execute(insert(LegalHoldTable).values(new).returning(LegalHoldTable.id)).scalar_one())


def lift_hold(conn: Connection, centre_id: int, number: int, at: datetime) -> bool:
    """End a hold in force; returns whether there was one of that number."""
    own = (LegalHoldTable.centre_id == centre_id, LegalHoldTable.id == number, LegalHoldTable.lifted_at.is_(None))
    return conn.execute(update(LegalHoldTable).where(*own).values(lifted_at=at)).rowcount == 1


def tokens_of_phone(conn: Connection, centre_id: int, digits: str) -> list[str]:
    """Return the tokens on the floor with a phone number that ends in some digits."""
    own = (TokenPrivateTable.centre_id == centre_id, TokenPrivateTable.phone.like(f"%{digits}"))
    return list(conn.execute(select(TokenPrivateTable.token_id).where(*own)).scalars())


def tokens_of_reference(conn: Connection, centre_id: int, hashes: Collection[str]) -> list[str]:
    """Return the tokens on the floor that came with a reference, or claimed it."""
    table = TokenPrivateTable
    own = or_(table.appointment_hash.in_(hashes), table.claim_hash.in_(hashes))
    return list(conn.execute(select(table.token_id).where(table.centre_id == centre_id, own)).scalars())


def change_phone(conn: Connection, centre_id: int, token_id: str, phone: str | None) -> None:
    """Write another phone number of a token, None for none."""
    own = (TokenPrivateTable.centre_id == centre_id, TokenPrivateTable.token_id == token_id)
    if conn.execute(update(TokenPrivateTable).where(*own).values(phone=phone)).rowcount == 0:
        conn.execute(insert(TokenPrivateTable).values(token_id=token_id, centre_id=centre_id, phone=phone))


def here_of(conn: Connection, centre_id: int, ids: Collection[str]) -> list[str]:
    """Return the labels of those of some tokens that have not ended."""
    own = (TokenTable.centre_id == centre_id, TokenTable.id.in_(ids), TokenTable.ended_at.is_(None))
    return list(conn.execute(select(TokenTable.label).where(*own)).scalars())


def forget_answers(conn: Connection, centre_id: int, ids: Collection[str]) -> None:
    """Delete the kept answers to commands of some tokens: a retry of such a one is too late then."""
    own = (EventTable.centre_id == centre_id, EventTable.token_id.in_(ids))
    seqs = list(conn.execute(select(EventTable.seq).where(*own)).scalars())
    conn.execute(delete(AnswerTable).where(AnswerTable.centre_id == centre_id, AnswerTable.event_seq.in_(seqs)))


def is_forgotten(conn: Connection, token_id: str) -> bool:
    """Whether what was known by a token is off the floor."""
    query = select(TokenTable.forgotten_at).where(TokenTable.id == token_id)
    return conn.execute(query).scalar_one_or_none() is not None


class Subject(NamedTuple):
    """A token or a booking, and what it is known by for ever: a booking by the hash of its reference."""

    subject: str
    name: str


def subject_of(data: PersonData) -> Subject:
    """Return the token or the booking by which something is known."""
    is_booking = data.subject.startswith(BOOKING)
    return Subject(data.subject, data.reference_hash or "" if is_booking else data.subject)


def subjects_of(conn: Connection, centre_id: int) -> list[Subject]:
    """Return every token and booking of a centre by which something is known, on the floor or sealed."""
    tokens = select(TokenTable.id).where(TokenTable.centre_id == centre_id, TokenTable.forgotten_at.is_(None))
    own = (BookingTable.centre_id == centre_id, text(KNOWN))
    bookings = select(BookingTable.id, BookingTable.reference_hash).where(*own)
    sealed = select(SealedPersonTable.subject, SealedPersonTable.reference_hash)
    found = {Subject(token, token) for token in conn.execute(tokens).scalars()}
    found |= {Subject(f"{BOOKING}{number}", reference) for number, reference in conn.execute(bookings)}
    for subject, reference in conn.execute(sealed.where(SealedPersonTable.centre_id == centre_id)):
        found.add(Subject(subject, reference or "" if subject.startswith(BOOKING) else subject))
    return sorted(found)


def marks_erased(conn: Connection) -> set[str]:
    """Return the marks of everything that was ever erased, as the chain of the installation tells."""
    query = select(InstallationEventTable.data).where(InstallationEventTable.kind == Act.PERSON_DATA_ERASED.value)
    return {str(mark) for data in conn.execute(query).scalars() for mark in data["marks"]}


def places_of(conn: Connection, words: Collection[str]) -> dict[str, int]:
    """Return the tables in which some words stand, with how many rows, but for phone numbers that are on the floor."""
    found = {}
    for shape in copies.shapes():
        table = shape.table
        columns = [
            cast(table.c[name], String)
            for name, kind in shape.columns
            if kind in ("text", "json") and (shape.name, name) != ("token_private", "phone")
        ]
        if columns:
            there = or_(*(column.contains(word, autoescape=True) for column in columns for word in words))
            count = conn.execute(select(func.count()).select_from(table).where(there)).scalar_one()
            if count:
                found[shape.name] = int(count)
    return found


def left_of(conn: Connection, centre_id: int, ids: Collection[str]) -> int:
    """Return in how many places something stands still of what was known by some tokens."""
    token, private, event = TokenTable, TokenPrivateTable, EventTable
    in_token = or_(token.need.is_not(None), token.access != (), token.secret.not_like(f"{forgotten_secret('')}%"))
    beside = case((cast(event.private, String) == "null", None), else_=event.private)
    counts: Iterator[int] = (
        int(conn.execute(select(func.count()).select_from(table).where(*where)).scalar_one())
        for table, where in (
            (token, [token.id.in_(ids), in_token]),
            (private, [private.token_id.in_(ids)]),
            (event, [event.centre_id == centre_id, event.token_id.in_(ids), beside.is_not(None)]),
            (BookingTable, [BookingTable.token_id.in_(ids), text(KNOWN)]),
        )
    )
    return sum(counts)

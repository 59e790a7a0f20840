"""What one event tells of itself to the trail: never what a citizen needs, nor what somebody wrote."""

from dataclasses import dataclass

from server.domain.events import installation as i
from server.domain.events import payloads as p
from server.domain.events.event import StoredEvent
from server.domain.events.installation import Act, InstallationEvent, read_event
from server.domain.events.kinds import Payload, TokenEvent

DAYS = (p.DayOpened, p.DayExtended, p.DayClosed, p.DayReopened)
UNREADABLE = (LookupError, TypeError, ValueError)  # what nobody can have written


@dataclass(frozen=True, slots=True)
class Told:
    """Which token (by its label, or its id) and counter, and whom or what else an event is about.

    People and keys are told by their principals' ids.
    """

    token: str | None = None
    token_id: str | None = None
    counter: str | None = None
    about: str | None = None
    detail: str | None = None


def told(row: StoredEvent) -> Told:
    """Return what an event of a floor tells; nothing for one that nobody can have written."""
    try:
        payload = row.read().payload
    except UNREADABLE:
        return Told()
    if isinstance(payload, TokenEvent):
        return Told(payload.token.label, counter=payload.token.step.counter, detail=_of_token(payload))
    return _of_floor(payload)


def installation_told(row: StoredEvent) -> Told:
    """Return what an event of the installation tells; nothing for one that nobody can have written."""
    try:
        event = read_event(Act(row.kind), row.data, row.private or {})
    except UNREADABLE:
        return Told()
    person, key = getattr(event, "person", None), getattr(event, "key", None)
    about = f"staff:{person}" if person is not None else f"key:{key}" if key is not None else None
    subjects: tuple[str, ...] = getattr(event, "subjects", ())
    token_id = subjects[0] if len(subjects) == 1 else None
    if isinstance(event, i.PersonDataHeld | i.PhoneRevealed):
        token_id = event.token
    if isinstance(event, i.ApprovalAsked):
        return Told(about=event.name, detail=event.act)
    if isinstance(event, i.Restored) and event.persons:
        about = f"staff:{event.persons[-1]}"
    told = about or getattr(event, "device", None)
    return Told(token_id=token_id, about=told, detail=_of_installation(event))


def _of_token(payload: TokenEvent) -> str | None:
    match payload:
        case p.TokenFinished():
            return payload.outcome
        case p.TokenCalled():
            return payload.reason.rule
        case p.TokenTransferred() | p.TokenCancelled():
            return payload.cause
        case p.TokenUndone():
            return payload.of.value
    return None


def _of_floor(payload: Payload) -> Told:
    match payload:
        case p.CounterEvent():
            return Told(counter=payload.counter.id)
        case p.CounterSeated():
            return Told(counter=payload.seat, about=payload.officer)
        case p.SlipReprinted():
            return Told(token_id=payload.token_id, about=payload.printer)
        case p.PrinterSet():
            return Told(about=payload.printer)
        case p.NoticeEvent():
            return Told(about=payload.flag.value, detail=payload.cause)
        case p.PolicyChanged():
            return Told(about=payload.policy, detail=payload.valid_from.isoformat())
    return Told(detail=payload.day.isoformat() if isinstance(payload, DAYS) else None)


def _of_installation(event: InstallationEvent) -> str | None:
    match event:
        case i.PersonAdded() | i.RoleChanged() | i.MembershipBegun() | i.KeyCreated():
            return event.role
        case i.SignedIn() | i.SignInRefused() | i.ScreenPaired():
            return event.address
        case i.TrailExported():
            return " ".join([event.form, f"{event.first or ''}…{event.last or ''}", *event.only])
        case i.Restored():
            return _of_restore(event)
    return _of_person_data(event)


def _of_restore(event: i.Restored) -> str:
    """Return of when it is, and who let it be in force."""
    alone = f", alone: {event.reason or '…'}" if event.alone else ""
    return event.made_at + alone


def _of_person_data(event: InstallationEvent) -> str | None:
    match event:
        case i.PersonDataShown() | i.PersonDataCorrected() | i.PersonDataErased():
            return str(len(event.subjects))
        case i.PersonDataHeld():
            return f"{event.hold}: {event.day}"
        case i.IncidentPacked():
            return f"{event.first}…{event.last}, {event.persons}{' with phone numbers' if event.phones else ''}"
        case i.PersonDataReleased():
            return str(event.hold)
        case i.PersonDataSealed():
            return f"{event.tokens} + {event.bookings}, {event.ended} ended, {event.held} held, {event.found} found"
    return None

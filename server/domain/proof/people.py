"""People, keys and sessions as the chain of the installation leaves them. One function for each kind of event."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from server.domain.events import installation as i
from server.domain.events.installation import Act, InstallationEvent
from server.domain.json import Stored
from server.domain.permissions import EVERYWHERE
from server.domain.proof.findings import Finding

LONG_AGO = datetime.min.replace(tzinfo=UTC)
SESSION_AGE = timedelta(hours=12)
"""How long a session lasts at most; see `server.services.people.sign_in`."""


@dataclass(frozen=True, slots=True)
class PersonFacts:
    """What is compared of a person: the centre that keeps their account, and their `roles` by the centres."""

    centre: int
    password: str
    disabled: bool = False
    phone: str | None = None
    roles: tuple[tuple[int, str], ...] = ()
    pin: str | None = None

    def working(self, centre: int, role: str | None) -> "PersonFacts":
        """Return them with another role at a centre, or with none."""
        others = {at: word for at, word in self.roles if at != centre}
        return replace(self, roles=tuple(sorted((others | ({} if role is None else {centre: role})).items())))


class SessionFacts(NamedTuple):
    """What is compared of a session: whose it is, since when, and at which centre it acts."""

    person: int
    began: datetime
    centre: int


@dataclass(frozen=True, slots=True)
class KeyFacts:
    """What is compared of a key."""

    centre: int
    role: str
    device: str | None
    counter: str | None
    all_centres: bool
    secret: str
    revoked: bool = False


@dataclass(frozen=True, slots=True)
class ApprovalFacts:
    """What is compared of what a second person was asked for."""

    centre: int
    what: str
    asked_by: str
    decided_by: str | None = None
    approved: bool | None = None
    used: bool = False


@dataclass(slots=True)
class People:
    """Goes from event to event of the installation; sessions that began until `forgotten` are too old to be there.

    `due` are the sessions that wait for a second step, `codes` those on paper, and whose they are.
    """

    people: dict[int, PersonFacts] = field(default_factory=dict)
    keys: dict[int, KeyFacts] = field(default_factory=dict)
    sessions: dict[str, SessionFacts] = field(default_factory=dict)
    due: set[str] = field(default_factory=set)
    codes: dict[str, int] = field(default_factory=dict)
    approvals: dict[int, ApprovalFacts] = field(default_factory=dict)
    set_ups: dict[int, str] = field(default_factory=dict)
    secrets: dict[int, tuple[str, bool]] = field(default_factory=dict)
    forgotten: datetime = LONG_AGO

    def forget(self, now: datetime) -> None:
        """Let sessions go that are too old to be there."""
        self.forgotten = max(self.forgotten, now - SESSION_AGE)
        old = [session for session, facts in self.sessions.items() if facts.began <= self.forgotten]
        for session in old:
            del self.sessions[session]

    def end_sessions(self, person: int, *, but: str | None = None, at: int | None = None) -> None:
        """Let the sessions of a person go, but for one, or only those that act at a centre."""
        for session, facts in list(self.sessions.items()):
            if facts.person == person and session != but and at in (None, facts.centre):
                del self.sessions[session]

    def home(self, person: int) -> int:
        """Return the centre that keeps the account of a person, 0 for who was never added."""
        facts = self.people.get(person)
        return 0 if facts is None else facts.centre

    def void_codes(self, person: int) -> None:
        """Let the codes on paper of a person go."""
        self.codes = {code: whose for code, whose in self.codes.items() if whose != person}


CHANGES = (
    *(i.PersonDisabled, i.PersonEnabled, i.PersonUnlocked, i.PasswordChanged),
    *(i.SecondStepEnrolled, i.SecondStepEnded),
)
Findings = Iterator[Finding]
Note = Callable[[People, InstallationEvent, datetime], Findings]


def _person(facts: Stored) -> PersonFacts:
    centre, roles = facts["centre"], facts.get("roles")
    kept = PersonFacts(centre, facts["password"], facts.get("disabled", False), facts.get("phone"))
    if roles is None:  # taken down while everybody had one role
        return kept.working(centre, facts["role"])
    return replace(kept, roles=tuple((at, role) for at, role in roles))


def _key(facts: Stored) -> KeyFacts:
    return KeyFacts(**{name: facts[name] for name in KeyFacts.__slots__ if name in facts})


def _begun(people: People, event: InstallationEvent, at: datetime) -> Findings:
    """The chain begins with those who were there."""
    assert isinstance(event, i.Begun)  # noqa: S101 - by its kind
    if people.people or people.keys:
        yield "illegal_transition", "The chain of the installation begins a second time."
    people.people |= {facts["person"]: _person(facts) for facts in event.people}
    people.keys |= {facts["key"]: _key(facts) for facts in event.keys}
    people.sessions |= {facts["session"]: _session(people, facts, at) for facts in event.sessions}
    people.secrets |= {facts["number"]: (facts["fingerprint"], facts["ended"]) for facts in event.secrets}


def _session(people: People, facts: Stored, at: datetime) -> SessionFacts:
    return SessionFacts(facts["person"], at, facts.get("centre") or people.home(facts["person"]))


def _installed(people: People, event: InstallationEvent, _at: datetime) -> Findings:
    """A centre is set up once."""
    assert isinstance(event, i.CentreInstalled)  # noqa: S101 - by its kind
    if event.centre in people.set_ups:
        yield "illegal_transition", f"Centre {event.code} is installed a second time."
    people.set_ups[event.centre] = event.set_up


def _added(people: People, event: InstallationEvent, _at: datetime) -> Findings:
    """A person is new."""
    assert isinstance(event, i.PersonAdded)  # noqa: S101 - by its kind
    if event.person in people.people:
        yield "illegal_transition", f"Person {event.person} is added a second time."
    people.people[event.person] = PersonFacts(event.centre, event.password).working(event.centre, event.role)


def _signed_in(people: People, event: InstallationEvent, at: datetime) -> Findings:
    """Somebody who is known signs in."""
    assert isinstance(event, i.SignedIn)  # noqa: S101 - by its kind
    if event.person not in people.people:
        yield "illegal_transition", f"Person {event.person} signs in, but was never added."
    people.forget(at)
    people.sessions[event.session] = SessionFacts(event.person, at, event.centre or people.home(event.person))
    facts = people.people.get(event.person)
    if facts is not None and facts.phone is not None:
        people.due.add(event.session)


def _signed_out(people: People, event: InstallationEvent, _at: datetime) -> Findings:
    """A session ends."""
    assert isinstance(event, i.SignedOut)  # noqa: S101 - by its kind
    people.sessions.pop(event.session, None)
    return iter(())


def _refused(people: People, event: InstallationEvent, _at: datetime) -> Findings:
    """A sign-in as somebody who is known, or as nobody, is refused."""
    assert isinstance(event, i.SignInRefused)  # noqa: S101 - by its kind
    if event.person is not None and event.person not in people.people:
        yield "illegal_transition", f"Person {event.person} is refused, but was never added."


def _created(people: People, event: InstallationEvent, _at: datetime) -> Findings:
    """A key is new."""
    assert isinstance(event, i.KeyCreated)  # noqa: S101 - by its kind
    if event.key in people.keys:
        yield "illegal_transition", f"Key {event.key} is made a second time."
    people.keys[event.key] = _key(i.data_of(event))


def _revoked(people: People, event: InstallationEvent, _at: datetime) -> Findings:
    """A key in force is revoked."""
    assert isinstance(event, i.KeyRevoked)  # noqa: S101 - by its kind
    key = people.keys.get(event.key)
    if key is None or key.revoked:
        yield "illegal_transition", f"Key {event.key} is revoked, but is not in force."
        return
    people.keys[event.key] = replace(key, revoked=True)


def _rotated(people: People, event: InstallationEvent, _at: datetime) -> Findings:
    """A key in force gets another secret."""
    assert isinstance(event, i.KeyRotated)  # noqa: S101 - by its kind
    key = people.keys.get(event.key)
    if key is None or key.revoked:
        yield "illegal_transition", f"Key {event.key} is rotated, but is not in force."
        return
    people.keys[event.key] = replace(key, secret=event.secret)


def _paired(people: People, event: InstallationEvent, _at: datetime) -> Findings:
    """A screen is paired with a key in force."""
    assert isinstance(event, i.ScreenPaired)  # noqa: S101 - by its kind
    key = people.keys.get(event.key)
    if key is None or key.revoked:
        yield "illegal_transition", f"A screen is paired with key {event.key}, which is not in force."


def _nothing(_people: People, _event: InstallationEvent, _at: datetime) -> Findings:
    """Neither people nor keys are changed."""
    return iter(())


def _changed(people: People, event: InstallationEvent, _at: datetime) -> Findings:
    """Somebody who was added is disabled or enabled, or has another password or second step."""
    assert isinstance(event, CHANGES)  # noqa: S101 - by its kind
    person = people.people.get(event.person)
    if person is None:
        yield "illegal_transition", f"Person {event.person} is changed, but was never added."
        return
    match event:
        case i.PersonDisabled():
            person = replace(person, disabled=True)
            people.end_sessions(event.person)
        case i.PersonEnabled():
            person = replace(person, disabled=False)
        case i.PasswordChanged():
            person = replace(person, password=event.password)
            people.end_sessions(event.person, but=event.session)
        case i.SecondStepEnrolled():
            person = replace(person, phone=event.phone)
            people.void_codes(event.person)
            people.codes |= dict.fromkeys(event.codes, event.person)
            people.end_sessions(event.person, but=event.session)
        case i.SecondStepEnded():
            person = replace(person, phone=None)
            people.void_codes(event.person)
            people.end_sessions(event.person, but=event.session)
    people.people[event.person] = person


def _pin(people: People, event: InstallationEvent, _at: datetime) -> Findings:
    """Somebody who was added has a PIN, another one, or none any more."""
    assert isinstance(event, i.PinSet | i.PinEnded)  # noqa: S101 - by its kind
    person, pin = people.people.get(event.person), event.pin if isinstance(event, i.PinSet) else None
    if person is None or person.pin == pin:
        yield "illegal_transition", f"The PIN of person {event.person} is told to change, but does not."
    if person is not None:
        people.people[event.person] = replace(person, pin=pin)


def _works(people: People, event: InstallationEvent, _at: datetime) -> Findings:
    """Somebody who was added has a role at a centre, another one, or none any more."""
    assert isinstance(event, i.RoleChanged | i.MembershipBegun | i.MembershipEnded)  # noqa: S101 - by its kind
    person = people.people.get(event.person)
    if person is None:
        yield "illegal_transition", f"Person {event.person} works somewhere, but was never added."
        return
    centre, role = event.centre or person.centre, None if isinstance(event, i.MembershipEnded) else event.role
    if (centre in dict(person.roles)) is isinstance(event, i.MembershipBegun):
        yield "illegal_transition", f"Person {event.person} has another role at centre {centre} than is told."
    people.people[event.person] = person.working(centre, role)
    if role is None:
        people.end_sessions(event.person, at=centre)


def _taken(people: People, event: InstallationEvent, _at: datetime) -> Findings:
    """A session that waits gets its second step."""
    assert isinstance(event, i.SecondStepTaken | i.RecoveryCodeUsed)  # noqa: S101 - by its kind
    session = people.sessions.get(event.session)
    if event.session not in people.due or session is None or session.person != event.person:
        yield "illegal_transition", f"A session of person {event.person} takes a second step, but waits for none."
    people.due.discard(event.session)


def _code_used(people: People, event: InstallationEvent, at: datetime) -> Findings:
    """A code on paper is used once, by whose it is."""
    assert isinstance(event, i.RecoveryCodeUsed)  # noqa: S101 - by its kind
    yield from _taken(people, event, at)
    if people.codes.pop(event.code, None) != event.person:
        yield "illegal_transition", f"Person {event.person} uses a code that they do not have."


def _centre_chosen(people: People, event: InstallationEvent, _at: datetime) -> Findings:
    """A session that goes on acts at another centre, where its person works."""
    assert isinstance(event, i.CentreChosen)  # noqa: S101 - by its kind
    session = people.sessions.get(event.session)
    if session is None or session.person != event.person:
        yield "illegal_transition", f"Person {event.person} chooses a centre in a session that is none of theirs."
        return
    roles = dict(people.people[event.person].roles) if event.person in people.people else {}
    if event.centre not in roles and EVERYWHERE.isdisjoint(roles.values()):
        yield "illegal_transition", f"Person {event.person} acts at centre {event.centre}, but does not work there."
    people.sessions[event.session] = session._replace(centre=event.centre)


def _approval_asked(people: People, event: InstallationEvent, _at: datetime) -> Findings:
    """What is asked for is new."""
    assert isinstance(event, i.ApprovalAsked)  # noqa: S101 - by its kind
    if event.approval in people.approvals:
        yield "illegal_transition", f"Approval {event.approval} is asked for a second time."
    people.approvals[event.approval] = ApprovalFacts(event.centre, event.what, event.asked_by)


def _approval_decided(people: People, event: InstallationEvent, _at: datetime) -> Findings:
    """What was asked for is decided once, and never approved by who asked."""
    assert isinstance(event, i.ApprovalGiven | i.ApprovalRefused)  # noqa: S101 - by its kind
    approval, approved = people.approvals.get(event.approval), isinstance(event, i.ApprovalGiven)
    if approval is None or approval.approved is not None:
        yield "illegal_transition", f"Approval {event.approval} is decided, but is not pending."
        return
    if approved and approval.asked_by == event.decided_by:
        yield "illegal_transition", f"Approval {event.approval} is given by who asked for it."
    people.approvals[event.approval] = replace(approval, decided_by=event.decided_by, approved=approved)


def _approval_used(people: People, event: InstallationEvent, _at: datetime) -> Findings:
    """What was approved is done once."""
    assert isinstance(event, i.ApprovalUsed)  # noqa: S101 - by its kind
    approval = people.approvals.get(event.approval)
    if approval is None or not approval.approved or approval.used:
        yield "illegal_transition", f"Approval {event.approval} is used, but was not given, or is used already."
        return
    people.approvals[event.approval] = replace(approval, used=True)


def _session_ended(people: People, event: InstallationEvent, _at: datetime) -> Findings:
    """A session is ended by somebody, or by wrong PINs."""
    assert isinstance(event, i.SessionEnded | i.PinLockedOut)  # noqa: S101 - by its kind
    people.sessions.pop(event.session, None)
    return iter(())


def _secret_begun(people: People, event: InstallationEvent, _at: datetime) -> Findings:
    """A number under which keys are derived is new."""
    assert isinstance(event, i.SecretBegun)  # noqa: S101 - by its kind
    if event.number in people.secrets:
        yield "illegal_transition", f"The keys of number {event.number} begin a second time."
    people.secrets[event.number] = event.fingerprint, False


def _secret_ended(people: People, event: InstallationEvent, _at: datetime) -> Findings:
    """A number that is there ends."""
    assert isinstance(event, i.SecretEnded)  # noqa: S101 - by its kind
    if event.number not in people.secrets:
        yield "illegal_transition", f"The keys of number {event.number} end, but never began."
        return
    people.secrets[event.number] = people.secrets[event.number][0], True


def _restored(people: People, event: InstallationEvent, _at: datetime) -> Findings:
    """Nobody is signed in; who approved it is somebody else than who restored, and both may sign in."""
    assert isinstance(event, i.Restored)  # noqa: S101 - by its kind
    people.sessions.clear()
    known = {number for number in event.persons if number in people.people and not people.people[number].disabled}
    if len(known) != len(event.persons):
        yield "illegal_transition", f"Persons {event.persons} let a restore be in force, but are not two who may."


ACTS: Mapping[Act, Note] = {
    Act.BEGUN: _begun,
    Act.CENTRE_INSTALLED: _installed,
    Act.PERSON_ADDED: _added,
    Act.SIGNED_IN: _signed_in,
    Act.SIGNED_OUT: _signed_out,
    Act.SIGN_IN_REFUSED: _refused,
    Act.KEY_CREATED: _created,
    Act.KEY_REVOKED: _revoked,
    Act.SECRET_BEGUN: _secret_begun,
    Act.SECRET_ENDED: _secret_ended,
    Act.PERSON_DISABLED: _changed,
    Act.PERSON_ENABLED: _changed,
    Act.PERSON_UNLOCKED: _changed,
    Act.PASSWORD_CHANGED: _changed,
    Act.ROLE_CHANGED: _works,
    Act.MEMBERSHIP_BEGUN: _works,
    Act.MEMBERSHIP_ENDED: _works,
    Act.CENTRE_CHOSEN: _centre_chosen,
    Act.APPROVAL_ASKED: _approval_asked,
    Act.APPROVAL_GIVEN: _approval_decided,
    Act.APPROVAL_REFUSED: _approval_decided,
    Act.APPROVAL_USED: _approval_used,
    Act.SESSION_ENDED: _session_ended,
    Act.KEY_ROTATED: _rotated,
    Act.RESTORED: _restored,
    Act.SCREEN_PAIRED: _paired,
    Act.DEVICE_RENAMED: _nothing,
    Act.TRAIL_EXPORTED: _nothing,
    Act.PERSON_DATA_SEALED: _nothing,
    Act.PERSON_DATA_SHOWN: _nothing,
    Act.PERSON_DATA_CORRECTED: _nothing,
    Act.PERSON_DATA_ERASED: _nothing,
    Act.PERSON_DATA_HELD: _nothing,
    Act.PERSON_DATA_RELEASED: _nothing,
    Act.PHONE_REVEALED: _nothing,
    Act.INCIDENT_PACKED: _nothing,
    Act.SECOND_STEP_ENROLLED: _changed,
    Act.SECOND_STEP_ENDED: _changed,
    Act.SECOND_STEP_TAKEN: _taken,
    Act.RECOVERY_CODE_USED: _code_used,
    Act.PIN_SET: _pin,
    Act.PIN_ENDED: _pin,
    Act.PIN_LOCKED_OUT: _session_ended,
}
"""What each kind takes over."""


def compare_people(people: People, stored: People) -> Findings:
    """Compare people, keys and sessions with what stands in the tables; one that is too old is none any more."""
    yield from _compare("person", people.people, stored.people)
    yield from _compare("key", people.keys, stored.keys)
    yield from _compare("secret", people.secrets, stored.secrets)
    yield from _compare("approval", people.approvals, stored.approvals)
    for session, facts in sorted(stored.sessions.items()):
        if facts.began > people.forgotten:
            yield from _compare_session(people, stored, session, facts)
    if people.codes != stored.codes:
        yield "person_differs", "The codes on paper of second steps are others in the table."


def _compare_session(people: People, stored: People, session: str, facts: SessionFacts) -> Findings:
    known = people.sessions.get(session)
    if known is None or known.person != facts.person:
        yield "session_differs", f"A session of person {facts.person} never began."
    elif known.centre != facts.centre:
        yield "session_differs", f"A session of person {facts.person} acts at another centre."
    elif (session in people.due) != (session in stored.due):
        yield "session_differs", f"A session of person {facts.person} differs in whether it waits for a second step."


def _compare(what: str, replayed: Mapping[int, object], stored: Mapping[int, object]) -> Findings:
    for number in sorted(replayed.keys() | stored.keys()):
        if replayed.get(number) != stored.get(number):
            where = (
                "log only" if number not in stored else "table only" if number not in replayed else "table otherwise"
            )
            yield f"{what}_differs", f"{what.title()} {number} is in the {where}."

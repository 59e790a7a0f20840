"""The people of a centre who sign in: list them, add one, let one sign in or work there no more, their sessions."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated

from apiflask import APIBlueprint
from flask import Response, jsonify
from pydantic import AfterValidator, BaseModel, Field, StringConstraints

from server.api.at_centre import AT as AT_CENTRE
from server.api.commands import Waits, command
from server.api.operations import operation
from server.api.shapes import Code, Strict
from server.domain import errors as e
from server.domain.actors import By
from server.domain.approvals import Asked, Guarded
from server.domain.credentials import TYPED_MAX, normal_name, user_name
from server.domain.permissions import PEOPLE, Permission, Role
from server.services.people import accounts, approvals, memberships, passwords, second_step, sign_in
from server.services.people.accounts import PersonView, SessionView
from server.services.people.approvals import ApprovalView
from server.services.people.principal import Principal
from server.storage.transaction import Transaction
from server.web.guard import authorise
from server.web.site import read, site

AT = f"{AT_CENTRE}/people/<int:person>"
bp = APIBlueprint("people", __name__, tag="People and keys")

Password = Annotated[str, StringConstraints(strip_whitespace=False, min_length=1, max_length=TYPED_MAX)]


def _of_people(word: str) -> str:
    """Refuse a role that is none of people."""
    if word not in WORDS:
        raise ValueError(f"A person has one of the roles {', '.join(WORDS)}")
    return word


GUARDED = "GuardedPersonAnswer"
WORDS = [role.value for role in PEOPLE]
RoleWord = Annotated[str, AfterValidator(_of_people), Field(json_schema_extra={"enum": [*WORDS]})]


class PersonIn(Strict):
    """A new person, and the password with which they choose their own at the first sign-in."""

    user: Annotated[str, Field(min_length=1, max_length=TYPED_MAX)]
    role: RoleWord
    password: Password


class PasswordIn(Strict):
    """The password with which a person chooses their own at the next sign-in."""

    password: Password


class RoleIn(Strict):
    """What a person is from now on."""

    role: RoleWord


class MembershipIn(Strict):
    """Who works at another centre already, and as what they work here too."""

    user: Annotated[str, Field(min_length=1, max_length=TYPED_MAX)]
    role: RoleWord


class SessionIn(Strict):
    """Which session of a person ends; none for all."""

    session: Code | None = None


class PersonAnswer(BaseModel):
    """The person as they are now."""

    person: PersonView


class GuardedPersonAnswer(BaseModel):
    """The person as they are now; or, where a second person has to approve it first (202), what they were asked for."""

    person: PersonView | None = None
    approval: ApprovalView | None = None


class PeopleOut(BaseModel):
    """The people whom the centre knows by their names."""

    people: list[PersonView]


class SessionsOut(BaseModel):
    """The sessions of a person, the last that began first."""

    sessions: list[SessionView]


class EndedOut(BaseModel):
    """How many sessions ended."""

    ended: int


@bp.get(f"{AT_CENTRE}/people")
@bp.output(PeopleOut)
@operation("list_people")
def everybody(centre: str) -> Response:
    """Get who works at the centre, when they were last seen, and who is disabled or locked."""
    by = authorise(Permission.READ_PEOPLE, centre=centre, in_use=False)
    now = site().real.now()
    return jsonify(people=read(lambda snapshot: accounts.people_of(snapshot, by.centre_id, now, By(by.id))))


@bp.post(f"{AT_CENTRE}/people")
@bp.input(PersonIn, arg_name="asked")
@bp.output(GuardedPersonAnswer, status_code=201)
@operation("add_person", e.AlreadyThere, e.WeakPassword, e.NamedPersonNeeded, waits=GUARDED)
def add(centre: str, asked: PersonIn) -> Response:
    """Add a person; they choose a password of their own when they first sign in."""
    principal, now = authorise(Permission.ADD_PERSON, centre=centre), site().real.now()
    by, user = By(principal.id), user_name(asked.user)
    kept = passwords.chosen(asked.password, user)

    def write(tx: Transaction) -> int:
        return sign_in.add_staff(tx, user, Role(asked.role), kept, now, by, own_password=False)

    return _give_role(principal, user, asked.role, now, write, 201)


@bp.post(f"{AT}/disable")
@bp.output(PersonAnswer)
@operation("disable_person", e.UnknownPerson, e.OwnAccount, e.KeptElsewhere)
def disable(centre: str, person: int) -> Response:
    """Let a person sign in no more; their sessions end everywhere within two seconds."""
    return _act(Permission.DISABLE_PERSON, centre, person, accounts.disable)


@bp.post(f"{AT}/enable")
@bp.output(PersonAnswer)
@operation("enable_person", e.UnknownPerson, e.KeptElsewhere)
def enable(centre: str, person: int) -> Response:
    """Let a person sign in again."""
    return _act(Permission.ENABLE_PERSON, centre, person, accounts.enable)


@bp.post(f"{AT}/unlock")
@bp.output(PersonAnswer)
@operation("unlock_person", e.UnknownPerson, e.KeptElsewhere)
def unlock(centre: str, person: int) -> Response:
    """Forget the wrong passwords that were given for a person."""
    return _act(Permission.UNLOCK_PERSON, centre, person, accounts.unlock)


@bp.post(f"{AT}/role")
@bp.input(RoleIn, arg_name="asked")
@bp.output(GuardedPersonAnswer)
@operation("set_role", e.UnknownPerson, e.OwnAccount, e.NamedPersonNeeded, waits=GUARDED)
def set_role(centre: str, person: int, asked: RoleIn) -> Response:
    """Give a person another role at this centre; their open pages have it at once."""
    principal, now = authorise(Permission.SET_ROLE, centre=centre), site().real.now()
    user = read(lambda snapshot: accounts.user_of(snapshot, principal.centre_id, person))

    def write(tx: Transaction) -> int:
        memberships.set_role(tx, person, Role(asked.role), now, By(principal.id))
        return person

    return _give_role(principal, user, asked.role, now, write)


@bp.post(f"{AT_CENTRE}/memberships")
@bp.input(MembershipIn, arg_name="asked")
@bp.output(GuardedPersonAnswer, status_code=201)
@operation("begin_membership", e.UnknownPerson, e.AlreadyThere, e.NamedPersonNeeded, waits=GUARDED)
def begin_membership(centre: str, asked: MembershipIn) -> Response:
    """Let a person whose account another centre keeps work at this one too; they choose where at the next sign-in."""
    principal, now = authorise(Permission.BEGIN_MEMBERSHIP, centre=centre), site().real.now()

    def write(tx: Transaction) -> int:
        return memberships.begin(tx, asked.user, Role(asked.role), now, By(principal.id))

    return _give_role(principal, normal_name(asked.user) or asked.user, asked.role, now, write, 201)


@bp.post(f"{AT}/membership/end")
@bp.output(PeopleOut)
@operation("end_membership", e.UnknownPerson, e.OwnAccount)
def end_membership(centre: str, person: int) -> Response:
    """Let a person not work at this centre any more; their sessions here end everywhere within two seconds."""
    principal, now = authorise(Permission.END_MEMBERSHIP, centre=centre), site().real.now()

    def write(tx: Transaction) -> dict[str, object]:
        memberships.end(tx, person, now, By(principal.id))
        return {"people": accounts.people_of(tx.conn, tx.centre.id, now, By(principal.id))}

    return command(principal, write)


@bp.post(f"{AT}/password")
@bp.input(PasswordIn, arg_name="asked")
@bp.output(PersonAnswer)
@operation("give_password", e.UnknownPerson, e.OwnAccount, e.KeptElsewhere, e.WeakPassword)
def give_password(centre: str, person: int, asked: PasswordIn) -> Response:
    """Give a person a password with which they choose their own; their sessions end."""
    principal = authorise(Permission.GIVE_PASSWORD, centre=centre)
    user = read(lambda snapshot: accounts.user_of(snapshot, principal.centre_id, person))
    kept = passwords.chosen(asked.password, user)

    def act(tx: Transaction, number: int, now: datetime, by: By) -> None:
        accounts.give_password(tx, number, kept, now, by)

    return _act(Permission.GIVE_PASSWORD, centre, person, act)


@bp.post(f"{AT}/second-step/end")
@bp.output(PersonAnswer)
@operation("end_second_step", e.UnknownPerson, e.OwnAccount, e.KeptElsewhere)
def end_second_step(centre: str, person: int) -> Response:
    """Let somebody whose phone is lost sign in by their password alone; their sessions end."""
    return _act(Permission.END_SECOND_STEP, centre, person, second_step.end)


@bp.get(f"{AT}/sessions")
@bp.output(SessionsOut)
@operation("list_sessions", e.UnknownPerson)
def sessions(centre: str, person: int) -> Response:
    """Get the sessions of a person: since when, last used, and from which address."""
    principal = authorise(Permission.READ_SESSIONS, centre=centre, in_use=False)
    return jsonify(sessions=read(lambda snapshot: accounts.sessions_of(snapshot, principal.centre_id, person)))


@bp.post(f"{AT}/sessions/end")
@bp.input(SessionIn, arg_name="asked")
@bp.output(EndedOut)
@operation("end_sessions", e.UnknownPerson, e.UnknownSession)
def end_sessions(centre: str, person: int, asked: SessionIn) -> Response:
    """End a session of a person, or all of them."""
    principal, now = authorise(Permission.END_SESSIONS, centre=centre), site().real.now()

    def end(tx: Transaction) -> dict[str, object]:
        return {"ended": accounts.end_sessions(tx, person, asked.session, now, By(principal.id))}

    return command(principal, end)


def _give_role(
    principal: Principal, user: str, role: str, now: datetime, give: Callable[[Transaction], int], status: int = 200
) -> Response:
    """Let somebody have a role, once a second person has approved it where one is asked for."""
    by, guarded = By(principal.id), site().settings.second_person

    def write(tx: Transaction) -> dict[str, object] | Waits:
        waiting = approvals.waited_for(tx, guarded, Asked(Guarded.ROLE, user, role), now, by)
        if waiting is not None:
            return Waits({"person": None, "approval": waiting})
        return {"person": accounts.person_view(tx, give(tx), now, by), "approval": None}

    return command(principal, write, status=status)


def _act(
    permission: Permission, centre: str, person: int, act: Callable[[Transaction, int, datetime, By], None]
) -> Response:
    """Do something with a person, and answer with what they are then."""
    principal, now = authorise(permission, centre=centre), site().real.now()
    by = By(principal.id)

    def run(tx: Transaction) -> dict[str, object]:
        act(tx, person, now, by)
        return {"person": accounts.person_view(tx, person, now, by)}

    return command(principal, run)

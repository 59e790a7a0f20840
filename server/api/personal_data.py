"""Personal data: what is kept of citizens, what one of them may ask, and what a legal hold keeps."""

import logging
from typing import Annotated

from apiflask import APIBlueprint
from flask import Response, jsonify
from pydantic import BaseModel, Field

from server.api.at_centre import AT as AT_CENTRE
from server.api.commands import Waits, command
from server.api.operations import operation
from server.api.schemas import shape
from server.api.shapes import Code, Day, Note, Phone, Strict
from server.domain import errors as e
from server.domain.actors import By
from server.domain.permissions import Permission
from server.services.people import approvals, seats
from server.services.people.approvals import ApprovalView
from server.services.people.principal import Principal
from server.services.person_data import asking, erasures, holds, told
from server.services.person_data.asking import Asked, Found
from server.services.person_data.told import KeptView, KnownView
from server.storage.transaction import Transaction
from server.web.guard import authorise
from server.web.site import site

AT = f"{AT_CENTRE}/personal-data"
bp = APIBlueprint("personal_data", __name__, tag="Personal data")

Reason = Annotated[str, Field(min_length=1, max_length=200)]
log = logging.getLogger(__name__)


class AskedIn(Strict):
    """Of whom: by a phone number, a reference, or the label of a token with its day; why stands on record."""

    phone: Annotated[str, Field(max_length=32)] | None = None
    reference: Code | None = None
    token: Code | None = None
    day: Day | None = None
    reason: Reason


class CorrectionIn(AskedIn):
    """Of whom, and the right phone number; `null` where none is kept any more."""

    set_phone: Phone | None


class RevealIn(Strict):
    """The counter at which the token is, and why, if that is to stand on record."""

    counter: Code | None = None
    reason: Note | None = None


class HoldIn(Strict):
    """What is to stay, a day or one token of it, and who asks for it."""

    day: Day
    token: Code | None = None
    reason: Reason


class KnownOut(BaseModel):
    """What is known of somebody, with phone numbers masked; or, where a second person has to approve it first (202),
    what they were asked for.
    """

    known: list[KnownView]
    approval: ApprovalView | None = None


class PhoneOut(BaseModel):
    """The phone number of a token."""

    phone: str


class CorrectedOut(BaseModel):
    """Of how many tokens the phone number was changed: those that are on the floor."""

    corrected: int


class ErasedOut(BaseModel):
    """By how many tokens and bookings something was known that is gone now; or, where a second person has to approve it
    first (202), what they were asked for.
    """

    erased: int
    approval: ApprovalView | None = None


class HoldOut(BaseModel):
    """The number of the hold."""

    hold: int


@bp.get(AT)
@bp.output(shape(KeptView))
@operation("read_personal_data")
def kept(centre: str) -> Response:
    """Get for how long personal data is kept, how much is sealed, and which legal holds are in force."""
    principal, here = authorise(Permission.READ_PERSONAL_DATA, centre=centre, in_use=False), site()
    now = here.db.now(principal.centre_id)
    return jsonify(told.kept_view(here.db, principal.centre_id, here.settings.terms, now))


@bp.post(f"{AT}/show")
@bp.input(AskedIn, arg_name="asked")
@bp.output(KnownOut)
@operation("show_personal_data", e.UnknownToken, e.SealedUnderLost, e.NamedPersonNeeded, waits="KnownOut")
def show(centre: str, asked: AskedIn) -> Response:
    """Get what is known of somebody, on the floor and sealed. That it was shown stands on record."""
    principal, now = authorise(Permission.SHOW_PERSONAL_DATA, centre=centre), site().real.now()
    found, guarded, by = _found(principal, asked), site().settings.second_person, By(principal.id)

    def note(tx: Transaction) -> dict[str, object] | Waits:
        waiting = approvals.waited_for(tx, guarded, asking.copy_of(found), now, by) if found.every else None
        if waiting is not None:
            return Waits({"known": [], "approval": waiting})
        asking.show(tx, found, asked.reason, now, by)
        return {"approval": None}

    return command(principal, note, unkept={"known": told.known_views(found)})


@bp.post(f"{AT_CENTRE}/tokens/<token>/reveal-phone")
@bp.input(RevealIn, arg_name="asked")
@bp.output(PhoneOut)
@operation("reveal_phone", e.UnknownToken, e.UnknownPhone, e.UnknownCounter, e.NotYourCounter, e.SealedUnderLost)
def reveal(centre: str, token: str, asked: RevealIn) -> Response:
    """Get the phone number of a token, from one's own counter while the token is there. It stands on record."""
    principal = authorise(Permission.REVEAL_PHONE, centre=centre, counter=asked.counter)
    now, keys = site().real.now(), site().derived_keys()
    phone = site().db.read(lambda read: asking.phone_of(read, principal.centre_id, token, keys))

    def note(tx: Transaction) -> dict[str, object]:
        seats.require_at_desk(tx, token, asked.counter, principal, Permission.REVEAL_PHONE)
        by = By(principal.id, seats.counter_named(tx, asked.counter))
        asking.reveal(tx, token, asked.reason, now, by)
        return {}

    return command(principal, note, unkept={"phone": phone})


@bp.post(f"{AT}/correct")
@bp.input(CorrectionIn, arg_name="asked")
@bp.output(CorrectedOut)
@operation("correct_personal_data", e.UnknownToken, e.SealedUnderLost)
def correct(centre: str, asked: CorrectionIn) -> Response:
    """Change the phone number of somebody's tokens that are on the floor, or take it away."""
    principal, now = authorise(Permission.CORRECT_PERSONAL_DATA, centre=centre), site().real.now()
    found = _found(principal, asked)

    def change(tx: Transaction) -> dict[str, object]:
        return {"corrected": asking.correct(tx, found, asked.set_phone, asked.reason, now, By(principal.id))}

    return command(principal, change)


@bp.post(f"{AT}/erase")
@bp.input(AskedIn, arg_name="asked")
@bp.output(ErasedOut)
@operation(
    "erase_personal_data",
    *(e.UnknownToken, e.SealedUnderLost, e.UnderLegalHold, e.IllegalTransition, e.NamedPersonNeeded),
    waits="ErasedOut",
)
def erase(centre: str, asked: AskedIn) -> Response:
    """Erase what is known of somebody who has gone, for good; a restore from an older backup erases it again."""
    principal, now = authorise(Permission.ERASE_PERSONAL_DATA, centre=centre), site().real.now()
    found, keys, by = _found(principal, asked), site().derived_keys(), By(principal.id)
    guarded, what = site().settings.second_person, asking.erasure_of(found)

    def end(tx: Transaction) -> dict[str, object] | Waits:
        waiting = approvals.waited_for(tx, guarded, what, now, by)
        if waiting is not None:
            return Waits({"erased": 0, "approval": waiting})
        return {"erased": asking.erase(tx, found, keys, asked.reason, now, by), "approval": None}

    answer = command(principal, end)
    _remember()
    return answer


@bp.post(f"{AT}/holds")
@bp.input(HoldIn, arg_name="asked")
@bp.output(HoldOut, status_code=201)
@operation("place_legal_hold", e.UnknownToken)
def place(centre: str, asked: HoldIn) -> Response:
    """Let nothing of a day, or of one token of it, be sealed, ended or erased."""
    principal, now = authorise(Permission.PLACE_LEGAL_HOLD, centre=centre), site().real.now()

    def hold(tx: Transaction) -> dict[str, object]:
        return {"hold": holds.place(tx, asked.day, asked.token, asked.reason, now, By(principal.id))}

    return command(principal, hold, status=201)


@bp.post(f"{AT}/holds/<int:hold>/lift")
@bp.output(HoldOut)
@operation("lift_legal_hold", e.UnknownHold)
def lift(centre: str, hold: int) -> Response:
    """Lift a legal hold: what it kept leaves at the next round."""
    principal, now = authorise(Permission.LIFT_LEGAL_HOLD, centre=centre), site().real.now()

    def release(tx: Transaction) -> dict[str, object]:
        holds.lift(tx, hold, now, By(principal.id))
        return {"hold": hold}

    return command(principal, release)


def _found(principal: Principal, asked: AskedIn) -> Found:
    """Return what is known of somebody."""
    keys, whom = site().derived_keys(), Asked(asked.phone, asked.reference, asked.token, asked.day)
    return site().db.read(lambda read: asking.find(read, principal.centre_id, whom, keys))


def _remember() -> None:
    """Keep the erasure beside the backups at once; where that cannot be, the next look of the scheduler does it."""
    try:
        erasures.keep(site().db, site().settings.copies)
    except OSError as error:
        log.warning("the list of erasures cannot be written now: %s", type(error).__name__)

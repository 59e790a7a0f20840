"""Take a token."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Annotated

from apiflask import APIBlueprint
from flask import Response, jsonify
from pydantic import BaseModel, Field

from server.api.commands import command
from server.api.operations import operation
from server.api.references import ReferenceText, reference_of, shown_reference
from server.api.refusals import BOOKING, NOT_NOW, NUMBERS, RETURN_SLIP, TOKEN, WISHES
from server.api.shapes import SLIP_MAX, Code, Instant, Phone, Strict
from server.domain import errors as e
from server.domain.actors import By
from server.domain.calling.wait import WaitRange
from server.domain.events.views import PublicToken, StaffToken
from server.domain.ids import ID_MAX, status_secret, token_id
from server.domain.instants import to_iso
from server.domain.permissions import Permission, Role, Scope, may
from server.domain.token.claim import secret_in
from server.domain.token.token import Token
from server.services.floor import citizen
from server.services.floor.issue import Appointment, Issued, Order, PadNumber, issue
from server.services.floor.rebuild import rebuild
from server.services.paper import claims, slips
from server.services.paper.slips import Printing, PrintState
from server.services.people import seats
from server.services.people.principal import Principal, lacking
from server.services.views import snapshot
from server.storage.transaction import Transaction
from server.web.calm import require_calm_device
from server.web.guard import authorise
from server.web.site import look, site

bp = APIBlueprint("tokens", __name__, tag="Tokens")


class PaperIn(Strict):
    """A number of the paper pad, and when it was handed out."""

    label: Annotated[str, Field(max_length=8)]
    taken_at: Instant


class TokenIn(Strict):
    """What a citizen asks for.

    `service` may be left out with an appointment, which brings its own; it chooses where a reference may be of several.
    `then`: services after the first. `booking`: an appointment that staff found. `claim`: a reference that was not
    known and rides along with a walk-in. `return_slip`: the secret of one. `counter`: the one that issues it.
    """

    service: Annotated[str, Field(min_length=1, max_length=32)] | None = None
    then: Annotated[list[Code], Field(default_factory=list, max_length=5)]
    need: Annotated[str, Field(max_length=32)] | None = None
    access: Annotated[list[Code], Field(default_factory=list, max_length=8)]
    party: int = 1
    language: Annotated[str, Field(max_length=16)] | None = None
    appointment: ReferenceText | None = None
    claim: ReferenceText | None = None
    booking: Annotated[int, Field(ge=1, le=ID_MAX)] | None = None
    return_slip: Annotated[str, Field(max_length=SLIP_MAX)] | None = None
    paper: PaperIn | None = None
    counter: Code | None = None
    phone: Phone | None = None
    print_at: Annotated[str, Field(max_length=32)] | None = None


class SlipIn(Strict):
    """What stands behind `/t/` in a slip's QR code: its secret, with the claim or without."""

    slip: Annotated[str, Field(min_length=8, max_length=SLIP_MAX)]


class RebuildIn(SlipIn):
    """A slip with its claim, and the stage where its owner stood, which staff may know."""

    stage: Code | None = None


class NewToken(BaseModel):
    """The token as the citizen gets it."""

    id: str
    label: str
    party: int
    state: str
    stage: str


class PrintOut(BaseModel):
    """Whether a slip is on its way."""

    state: PrintState


class ReprintIn(Strict):
    """Why a slip is printed once more, and where; at the device's own printer when not given."""

    reason: Annotated[str, Field(min_length=1, max_length=200)]
    print_at: Annotated[str, Field(max_length=32)] | None = None


class ReprintBySlipIn(SlipIn):
    """A slip to print once more, and where; at the device's own printer when not given."""

    print_at: Annotated[str, Field(max_length=32)] | None = None


class ReprintOut(BaseModel):
    """The copy that was queued."""

    print: Printing


class SlipNow(BaseModel):
    """The token of a slip, and where its latest copy is."""

    token: NewToken
    print: Printing


class TokenNow(BaseModel):
    """A token as it is, for staff with their part, and its slip."""

    token: StaffToken | PublicToken
    print: Printing


class RebuiltAnswer(BaseModel):
    """The token of the slip as it is now."""

    token: NewToken


class ReturnAnswer(BaseModel):
    """The token that is in line again."""

    token: NewToken


class AppointmentOut(BaseModel):
    """The appointment of a token; who comes `late_min` minutes late waits from the arrival."""

    slot: str | None
    service: str
    late_min: int


class TokenOut(BaseModel):
    """A new token, how many are called before it, the wait at its first stage, the whole visit, and its own page.

    `opens_at` is when the first counter that may take it opens, none when one calls already or none will today.
    """

    token: NewToken
    ahead: int
    wait: WaitRange
    visit: WaitRange
    opens_at: datetime | None
    status_url: str
    print: PrintOut
    appointment: AppointmentOut | None


LOST_SLIP = (
    *(e.NothingLost, e.NumberGivenAgain, e.DayClosed, e.DayNotOpen),
    *(e.UnknownService, e.UnknownLanguage, e.IllegalTransition),
)
UNATTENDED = (Role.KIOSK, Role.INTEGRATION)
"""Who gives tokens without somebody of the centre who sees the hall."""


@bp.post("/api/v1/centres/<centre>/tokens")
@bp.input(TokenIn, arg_name="asked")
@bp.output(TokenOut, status_code=201)
@operation("issue_token", *WISHES, *BOOKING, *RETURN_SLIP, *NUMBERS, *NOT_NOW, e.UnknownCounter, e.RateLimited)
def take_token(centre: str, asked: TokenIn) -> Response:
    """Issue a token."""
    principal = authorise(Permission.ISSUE_TOKEN, centre=centre, counter=asked.counter)
    for permission in _more_of(asked):
        authorise(permission, centre=centre, counter=asked.counter)
    require_calm_device(principal, asked.phone)
    order, url = _order(principal, asked), site().settings.url

    def give(tx: Transaction) -> dict[str, object]:
        if principal.role in UNATTENDED:  # staff may go on by hand; nobody is sent into a hall that is left
            tx.centre.require_no_emergency()
        by = By(principal.id, seats.counter_named(tx, asked.counter))
        return _answer(issue(tx, order, by), url)

    return command(principal, give, status=201)


@bp.post("/api/v1/centres/<centre>/return")
@bp.input(SlipIn, arg_name="asked")
@bp.output(ReturnAnswer)
@operation("return_by_slip", *TOKEN)
def return_by_slip(centre: str, asked: SlipIn) -> Response:
    """Take the slip of somebody whose turn has passed: they get their fair place again."""
    principal = authorise(Permission.RETURN_BY_SLIP, centre=centre)
    return command(principal, lambda tx: {"token": _new(citizen.return_to_line(tx, asked.slip, By(principal.id)))})


@bp.get("/api/v1/centres/<centre>/tokens/<token>")
@bp.output(TokenNow)
@operation("read_token", e.UnknownToken)
def token_now(centre: str, token: str) -> Response:
    """Get a token and where its slip is."""
    principal = authorise(Permission.READ_TOKEN, centre=centre)
    staff = may(principal.role, Permission.WATCH_STAFF)
    here, printing = look(lambda conn: slips.token_and_slip(conn, principal.centre_id, token))
    return jsonify(token=snapshot.token_view(here, staff=staff), print=printing)


@bp.post("/api/v1/centres/<centre>/tokens/<token>/reprint")
@bp.input(ReprintIn, arg_name="asked")
@bp.output(ReprintOut)
@operation("reprint_slip", e.UnknownToken, e.UnknownPrinter, e.IllegalTransition)
def print_again(centre: str, token: str, asked: ReprintIn) -> Response:
    """Print a slip once more, for a reason; marked DUPLICATE, if paper may be out already."""
    principal = authorise(Permission.REPRINT_SLIP, centre=centre)
    printer = asked.print_at or principal.printer

    def reprint(tx: Transaction) -> dict[str, object]:
        seats.require_token(tx, token, principal, Permission.REPRINT_SLIP)
        return {"print": slips.reprint(tx, token, printer, By(principal.id), asked.reason)}

    return command(principal, reprint)


@bp.post("/api/v1/centres/<centre>/slips/reprint")
@bp.input(ReprintBySlipIn, arg_name="asked")
@bp.output(SlipNow)
@operation("reprint_by_slip", e.UnknownToken, e.UnknownPrinter, e.DuplicatesUsed, e.IllegalTransition)
def print_own(centre: str, asked: ReprintBySlipIn) -> Response:
    """Print a slip once more for whoever shows its code: three duplicates at most."""
    principal = authorise(Permission.REPRINT_BY_SLIP, centre=centre)
    printer = _printer(principal, Permission.REPRINT_BY_SLIP, asked.print_at)
    return command(
        principal, lambda tx: _with_slip(tx, asked, lambda id_: slips.reprint_own(tx, id_, printer, By(principal.id)))
    )


@bp.post("/api/v1/centres/<centre>/slips/withdraw")
@bp.input(SlipIn, arg_name="asked")
@bp.output(SlipNow)
@operation("withdraw_slip", e.UnknownToken)
def withdraw_slip(centre: str, asked: SlipIn) -> Response:
    """Take back a slip that waits for its printer while nobody waits for it any more."""
    principal = authorise(Permission.WITHDRAW_SLIP, centre=centre)
    return command(principal, lambda tx: _with_slip(tx, asked, lambda id_: slips.withdraw(tx, id_)))


@bp.post("/api/v1/centres/<centre>/slips/rebuild")
@bp.input(RebuildIn, arg_name="asked")
@bp.output(RebuiltAnswer)
@operation("rebuild_by_slip", *LOST_SLIP)
def rebuild_by_slip(centre: str, asked: RebuildIn) -> Response:
    """Take the place back that a slip had before a restore lost it, at its first stage, or where staff say.

    A token that is known stays as it is.
    """
    principal = authorise(Permission.REBUILD_BY_SLIP, centre=centre)
    if asked.stage is not None:  # only whoever sees the person knows where they stood
        authorise(Permission.FIND_BOOKING, centre=centre)
    keys = site().derived_keys()

    def take_back(tx: Transaction) -> dict[str, object]:
        claim, secret = claims.claimed(asked.slip, keys), secret_in(asked.slip)
        return {"token": _new(rebuild(tx, claim, secret, asked.stage, By(principal.id)))}

    return command(principal, take_back)


def _with_slip(tx: Transaction, shown: SlipIn, act: Callable[[str], Printing]) -> dict[str, object]:
    """Do something with the slip of the token that a code leads to."""
    token = citizen.token_of(tx, shown.slip)
    return {"token": _new(token), "print": act(token.id)}


def _more_of(asked: TokenIn) -> Iterator[Permission]:
    """Yield what else somebody must be allowed to ask so: what only whoever works in the hall can know."""
    if asked.booking is not None:
        yield Permission.FIND_BOOKING
    if asked.paper is not None:
        yield Permission.ENTER_PAD_NUMBER
    if asked.counter is not None:
        yield Permission.TAKE_SEAT
    if asked.party != 1:
        yield Permission.REMARK_TOKEN


def _printer(principal: Principal, permission: Permission, print_at: str | None) -> str | None:
    """Return where a slip is printed; raises Forbidden for a kiosk that would print at another's printer."""
    if principal.role is Role.KIOSK and principal.device is not None and print_at not in (None, principal.printer):
        raise lacking(permission, Scope.CENTRE, f"{principal.device} prints at its own printer alone.")
    return print_at or principal.printer


def _order(principal: Principal, asked: TokenIn) -> Order:
    random_bytes = site().random_bytes
    return Order(
        token_id=token_id(site().db.now(principal.centre_id), random_bytes),
        secret=status_secret(random_bytes),
        service=asked.service,
        then=tuple(asked.then),
        need=asked.need,
        access=tuple(asked.access),
        party=asked.party,
        language=asked.language,
        phone=asked.phone,
        reference=shown_reference(asked.appointment),
        booking=asked.booking,
        claim=reference_of(asked.claim),
        return_of=asked.return_slip,
        paper=None if asked.paper is None else PadNumber(asked.paper.label, asked.paper.taken_at),
        printer=_printer(principal, Permission.ISSUE_TOKEN, asked.print_at),
    )


def _answer(issued: Issued, url: str) -> dict[str, object]:
    told = issued.forecast
    return {
        "token": _new(issued.token),
        "ahead": told.ahead,
        "wait": told.wait,
        "visit": told.visit,
        "opens_at": None if told.opens_at is None else to_iso(told.opens_at),
        "status_url": f"{url}/t/{issued.secret}",
        "print": {"state": issued.print_state},
        "appointment": None if issued.appointment is None else _appointment(issued.appointment),
    }


def _appointment(appointment: Appointment) -> dict[str, object]:
    slot = None if appointment.slot is None else to_iso(appointment.slot)
    return {"slot": slot, "service": appointment.service, "late_min": appointment.late_min}


def _new(token: Token) -> dict[str, object]:
    return {
        "id": token.id,
        "label": token.label,
        "party": token.party,
        "state": token.state,
        "stage": token.step.stage,
    }

"""The trail of a centre: what was done and by whom, page by page or as a file."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated

from apiflask import APIBlueprint
from flask import Response, jsonify
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from server.api.at_centre import AT as AT_CENTRE
from server.api.commands import WAITS
from server.api.operations import operation
from server.api.schemas import shape
from server.api.shapes import FIRST_YEAR, LAST_YEAR, Code, Day
from server.domain import errors as e
from server.domain.actors import By
from server.domain.ids import ID_MAX
from server.domain.permissions import Permission
from server.domain.trail import Place, place_of
from server.services.people import approvals
from server.services.people.approvals import ApprovalView
from server.services.trail import files, trail
from server.services.trail.files import Form
from server.services.trail.trail import TrailPage
from server.storage.transaction import Transaction
from server.web.guard import authorise
from server.web.site import read, site
from server.wording.trail import WHAT

AT = f"{AT_CENTRE}/trail"
bp = APIBlueprint("trail", __name__, tag="Management")


def _in_reach(day: date) -> date:
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise ValueError(f"The year should be between {FIRST_YEAR} and {LAST_YEAR}")
    return day


def _known(kind: str) -> str:
    if kind not in WHAT:
        raise ValueError("There is no such kind of event")
    return kind


SomeDay = Annotated[Day, AfterValidator(_in_reach)]


class TrailFilter(BaseModel):
    """Which events: of the business days from `first` to `last`, of a kind, of a token, by or about a person."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)
    first: SomeDay | None = None
    last: SomeDay | None = None
    kind: Annotated[str, AfterValidator(_known)] | None = None
    token: Code | None = None
    person: Annotated[int, Field(ge=1, le=ID_MAX)] | None = None


class TrailIn(TrailFilter):
    """Which events, and behind which place: what `older` of the page before says."""

    before: Annotated[str, Field(pattern=r"^[0-9]{1,18}\.[0-9]{1,18}$")] | None = None


class ExportIn(TrailFilter):
    """Which events, in which form."""

    form: Annotated[Form, Field(strict=False)] = Form.CSV


@bp.get(AT)
@bp.input(TrailIn, location="query", arg_name="asked")
@bp.output(shape(TrailPage))
@operation("read_trail")
def page(centre: str, asked: TrailIn) -> Response:
    """Get a page of what was done, the latest first: of the floor, and of people, keys and sign-ins of the centre."""
    principal = authorise(Permission.READ_TRAIL, centre=centre)
    here = read(lambda snapshot: trail.centre_of(snapshot, principal.centre_id))
    wanted = trail.wanted_of(here, asked.first, asked.last, asked.kind, asked.token, asked.person)
    place = Place() if asked.before is None else place_of(asked.before)
    return jsonify(read(lambda snapshot: trail.page_of(snapshot, here, wanted, place)))


@bp.get(f"{AT}/export")
@bp.input(ExportIn, location="query", arg_name="asked")
@operation(
    "export_trail",
    e.NamedPersonNeeded,
    permission=Permission.READ_TRAIL,
    files=files.MIME.values(),
    waits="ApprovalAnswer",
)
def export(centre: str, asked: ExportIn) -> Response:
    """Get all that fits as a file. That somebody took it stands in the record of the installation.

    It tells of people by their names: where a second person has to approve that, they are asked first (202).
    """
    principal, now, db = authorise(Permission.READ_TRAIL, centre=centre), site().real.now(), site().db
    first, last = (None if day is None else day.isoformat() for day in (asked.first, asked.last))
    only = [f"{name}={value}" for name, value in _narrowed(asked).items() if value is not None]
    guarded, by, what = site().settings.second_person, By(principal.id), files.export_of(asked.form, first, last, only)

    def note(tx: Transaction) -> ApprovalView | None:
        waiting = approvals.waited_for(tx, guarded, what, now, by)
        if waiting is None:
            files.note_export(tx, asked.form, first, last, only, now, by)
        return waiting

    waiting = db.write(principal.centre_id, note)
    if waiting is not None:
        return _waits(waiting)
    here = db.read(lambda snapshot: trail.centre_of(snapshot, principal.centre_id))
    wanted = trail.wanted_of(here, asked.first, asked.last, asked.kind, asked.token, asked.person)
    answer = Response(files.written(asked.form, trail.all_of(db.read, here, wanted)), mimetype=files.MIME[asked.form])
    name = f"trail-{principal.centre}-{now:%Y-%m-%d}.{asked.form.value}"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _waits(approval: ApprovalView) -> Response:
    answer = jsonify(approval=approval)
    answer.status_code = WAITS
    return answer


def _narrowed(asked: TrailFilter) -> Mapping[str, str | int | None]:
    return {"kind": asked.kind, "token": asked.token, "person": asked.person}

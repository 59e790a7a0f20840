"""Why a token was called when it was."""

from apiflask import APIBlueprint
from flask import Response, jsonify
from pydantic import BaseModel, ConfigDict

from server.api.at_centre import AT
from server.api.operations import operation
from server.api.schemas import shape
from server.domain import errors as e
from server.domain.permissions import Permission
from server.services.figures.explanations import Explanation, explain_now
from server.web.guard import authorise
from server.web.site import read, site

bp = APIBlueprint("explanations", __name__, tag="Management")


class ExplainIn(BaseModel):
    """The language of the answer."""

    model_config = ConfigDict(extra="forbid")
    language: str = "en"


@bp.get(f"{AT}/explain/<label>")
@bp.input(ExplainIn, location="query", arg_name="asked")
@bp.output(shape(Explanation))
@operation("explain_token", e.UnknownToken)
def explain(centre: str, label: str, asked: ExplainIn) -> Response:
    """Get why a token was called when it was, of whatever day whoever is here has it, and who was called before it."""
    authorise(Permission.EXPLAIN_TOKEN, centre=centre)
    now = site().db.now(centre)
    return jsonify(read(lambda snapshot: explain_now(snapshot, centre, label, now, asked.language)))

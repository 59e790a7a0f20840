"""The hall's boards and the citizen's own page."""

from pathlib import Path

from apiflask import APIBlueprint
from flask import render_template

from server.domain.roles import Permission
from server.services import places
from server.web.guard import visitor
from server.web.pages import frame
from server.web.site import read

STATIC = Path(__file__).parent / "static"

bp = APIBlueprint("display_pages", __name__, enable_openapi=False)


@bp.get("/display/<board>")
def board(board: str) -> str:
    """Show the calls of a zone, or that this screen is not paired yet."""
    found = visitor(Permission.WATCH)
    row = read(lambda conn: places.device(conn, board))
    if found is None or row is None or row.kind != "board" or row.centre_id != found[0].centre_id:
        return render_template("display/unpaired.html", lang="en", device=board)
    principal, csrf = found
    page = frame(
        principal.centre_id, STATIC / "board", csrf=csrf, board=row.id, zone=row.zone, settings=row.settings
    )
    return render_template("display/board.html", lang=page["language"], page=page)

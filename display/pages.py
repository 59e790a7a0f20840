"""The hall's boards and the citizen's own page."""

from pathlib import Path

from apiflask import APIBlueprint
from flask import jsonify, render_template
from werkzeug.wrappers import Response as AnyResponse

from server.domain.errors import RateLimited, UnknownToken
from server.domain.screens import Screen, ScreenKind
from server.domain.token.claim import secret_in
from server.services.views import phone, places
from server.web.calm import guesses
from server.web.i18n import words_for
from server.web.pages import device_page, frame, moved_page, picked_language
from server.web.pairing import unpaired_page
from server.web.problems import status_of
from server.web.site import read, site
from server.wording.catalogue import languages
from server.wording.reasons import CALLED_FIRST

STATIC = Path(__file__).parent / "static"

bp = APIBlueprint(
    "display_pages",
    __name__,
    enable_openapi=False,
    template_folder="templates",
    static_folder="static",
    static_url_path="/display/static",
)


@bp.get("/display/<board>")
def old_address(board: str) -> AnyResponse | tuple[str, int]:
    """Lead to the board's page from where it was before the centre stood in its address."""
    return moved_page("/display", "board", board) or (unpaired_page(Screen(ScreenKind.BOARD, board), ""), 404)


@bp.get("/display/<centre>/<board>")
def board(centre: str, board: str) -> str:
    """Show the calls of a zone, or that this screen is not paired yet."""
    screen = Screen(ScreenKind.BOARD, board)
    opened = device_page(screen, centre)
    if opened is None:
        return unpaired_page(screen, centre)
    principal, csrf, row = opened
    page = frame(principal.centre_id, STATIC / "board", csrf=csrf, board=row.id, zone=row.zone, settings=row.settings)
    return render_template("display/board.html", lang=page["language"], page=page)


@bp.get("/t/<secret>")
def citizen(secret: str) -> tuple[str, int]:
    """Show a citizen their own token and nobody else's; without scripts it says the truth of its moment."""
    try:
        with guesses():
            now = site().views.now(site().views.owner(secret)[0])
            centre, status = read(lambda conn: phone.status_of(conn, secret, now))
    except (UnknownToken, RateLimited) as refusal:
        return render_template("display/unknown.html", lang="en"), status_of(refusal)
    facts = read(lambda conn: places.facts_of(conn, centre.id, now))
    language, pause_min = picked_language(facts), facts.plan.floor.pause_min
    page = frame(
        centre.id,
        STATIC / "phone",
        language=language,
        only=language,
        sentences=CALLED_FIRST.values(),
        called_first={why.value: sentence for why, sentence in CALLED_FIRST.items()},
        secret=secret_in(secret),
        status=status,
        pause_min=pause_min,
    )
    return render_template("display/citizen.html", lang=page["language"], page=page), 200


@bp.get("/display/words/<language>.json")
def words(language: str) -> AnyResponse:
    """Get the words of a citizen's page in another language; none in one that there are no words in."""
    there = {language} & set(languages())
    return jsonify(words_for([STATIC / "phone"], there, CALLED_FIRST.values()).get(language, {}))

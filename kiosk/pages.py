"""The kiosk's screen: one question at a time, and a token at the end."""

from io import BytesIO
from pathlib import Path

import qrcode
from apiflask import APIBlueprint
from flask import Response, render_template, request
from qrcode.image.svg import SvgPathImage
from werkzeug.wrappers import Response as AnyResponse

from server.domain.errors import InvalidInput
from server.domain.screens import Screen, ScreenKind
from server.services.views import places
from server.services.views.booked import is_booked
from server.web.pages import device_page, frame, moved_page
from server.web.pairing import unpaired_page
from server.web.site import read, site

STATIC = Path(__file__).parent / "static"
SECRET_MAX = 64

bp = APIBlueprint(
    "kiosk_pages",
    __name__,
    enable_openapi=False,
    template_folder="templates",
    static_folder="static",
    static_url_path="/kiosk/static",
)


@bp.get("/kiosk/<device>")
def old_address(device: str) -> AnyResponse | tuple[str, int]:
    """Lead to the kiosk's page from where it was before the centre stood in its address."""
    return moved_page("/kiosk", "kiosk", device) or (unpaired_page(Screen(ScreenKind.KIOSK, device), ""), 404)


@bp.get("/kiosk/<centre>/<device>")
def kiosk(centre: str, device: str) -> str:
    """Show the kiosk, or that this screen is not paired yet."""
    screen = Screen(ScreenKind.KIOSK, device)
    opened = device_page(screen, centre)
    if opened is None:
        return unpaired_page(screen, centre)
    principal, csrf, row = opened
    now = site().db.now(principal.centre_id)
    facts = read(lambda conn: places.facts_of(conn, principal.centre_id, now))
    booked = read(lambda conn: is_booked(conn, principal.centre_id, facts.plan))
    told = frame(principal.centre_id, STATIC, csrf=csrf, device=row.id, printer=row.printer, booked=booked)
    page = told | _choices(facts)
    return render_template("kiosk/kiosk.html", lang=facts.languages[0], page=page)


@bp.get("/kiosk/qr.svg")
def qr_code() -> Response:
    """Draw the QR code of a citizen's own page."""
    secret = request.args.get("t", "")
    if not 0 < len(secret) <= SECRET_MAX:
        raise InvalidInput("A QR code needs the secret of a token.")
    code = qrcode.QRCode(border=4, image_factory=SvgPathImage)
    code.add_data(f"{site().settings.url}/t/{secret}")
    drawing = BytesIO()
    code.make_image().save(drawing)
    return Response(drawing.getvalue(), mimetype="image/svg+xml")


def _choices(facts: places.CentreFacts) -> dict[str, object]:
    services = [{"code": s.code, "name": s.name, "icon": s.icon} for s in facts.plan.services.values()]
    needs = [{"code": code, "name": need.name, "icon": need.icon} for code, need in facts.needs.items()]
    return {"services": services, "needs": needs, "hours": facts.hours, "references": facts.plan.patterns}

"""The demo's printers: simulated ones behind real sockets, and a page that shows their paper coming out."""

from collections.abc import Mapping
from io import BytesIO
from pathlib import Path

from apiflask import APIBlueprint
from flask import Response, jsonify, render_template, request

from hardware.simulated.faults import Fault
from hardware.simulated.printer import SimulatedPrinter
from server.domain.errors import Forbidden, InvalidInput, UnknownDevice

STATIC = Path(__file__).parent / "static" / "demo"


class DemoPrinters:
    """The printers of a demo, by device id; they begin and end with its server."""

    def __init__(self, ports: Mapping[str, int]) -> None:
        self.printers = {device: SimulatedPrinter(port) for device, port in ports.items()}

    def start(self) -> None:
        """Switch them on."""
        for printer in self.printers.values():
            printer.start()

    def stop(self) -> None:
        """Switch them off."""
        for printer in self.printers.values():
            printer.stop()


def printer_page(printers: DemoPrinters) -> APIBlueprint:
    """Return the routes of `/demo/printer`; only a demo registers them."""
    bp = APIBlueprint("demo_printers", __name__, enable_openapi=False, url_prefix="/demo/printer")
    bp.before_request(_require_same_site)

    @bp.get("")
    def page() -> str:
        faults = [fault.value for fault in Fault]
        return render_template(
            "demo/printer.html", lang="en", page={"printers": list(printers.printers), "faults": faults}
        )

    @bp.get("/state")
    def state() -> Response:
        return jsonify({d: {"count": p.count, "fault": p.fault.value} for d, p in printers.printers.items()})

    @bp.get("/<device>/paper.png")
    def paper(device: str) -> Response:
        papers = _printer(printers, device).papers
        if not papers:
            raise UnknownDevice("No slip has come out yet.")
        drawing = BytesIO()
        papers[-1].save(drawing, "PNG")
        return Response(drawing.getvalue(), mimetype="image/png")

    @bp.post("/<device>/fault")
    def fault(device: str) -> Response:
        try:
            _printer(printers, device).fault = Fault(request.get_json()["fault"])
        except (KeyError, ValueError) as error:
            raise InvalidInput("There is no such fault.") from error
        return state()

    return bp


def _require_same_site() -> None:
    if request.method == "POST" and request.headers.get("Sec-Fetch-Site", "same-origin") != "same-origin":
        raise Forbidden("Only the demo's own page changes its printers.")


def _printer(printers: DemoPrinters, device: str) -> SimulatedPrinter:
    if device not in printers.printers:
        raise UnknownDevice(f"There is no printer “{device}” in this demo.")
    return printers.printers[device]

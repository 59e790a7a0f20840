"""The report of a day is printed on one sheet of A4, whatever the day was."""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from playwright.sync_api import Page

from server.clock import SystemClock
from server.domain.events.kinds import Kind
from server.domain.notice import NoticeKind
from server.domain.permissions import Role
from server.domain.proof.certificates import Overtaken
from server.domain.proof.verdicts import Fault
from server.services.figures.reports import ClockChange, DayReport, NoticeChange
from server.services.views.day_report import DayReports
from server.web.guard import STAFF_COOKIE
from tests.api.test_api import Api, api
from tests.browser.conftest import ROOT
from tests.services.people.people import add_person, signed_in

__all__ = ["api"]
STAY: Mapping[str, Any] = {"series": 0, "stages": 0, "reasons": 0, "notices": 0, "clock": 0, "faults": 0}
FULL = {"series": 6, "stages": 7, "reasons": 5, "notices": 12, "clock": 4, "faults": 0}
CROWDED = {"series": 12, "stages": 12, "reasons": 8, "notices": 300, "clock": 60, "faults": 90}
NOTE = "The lift to the second floor stands still, and nobody goes up"
LINKS = re.compile(r"<link\b[^>]*>|<script\b.*?</script>", re.DOTALL)
PAGES = re.compile(rb"/Type\s*/Page\b")


def like(report: DayReport, day: Mapping[str, int]) -> DayReport:
    """Return a report with so much to tell."""
    spread, wait = report.figures.stay["all"], report.figures.wait["E"]
    series = dict.fromkeys("NTFPREMUVQSD"[: day["series"]], spread)
    stages = dict.fromkeys(("G", "A", "AX", "B", "C", "X", "E", "K1", "K2", "K3", "K4", "K5")[: day["stages"]], wait)
    certificate = replace(
        report.certificate,
        overtaken={letter: Overtaken(100, 0.5, 2, 3) for letter in series},
        out_of_order={f"reason_{n}": n for n in range(day["reasons"])},
        faults=tuple(
            Fault("double_call", n, f"N{n:03d} was at two counters, G1 and G2. {NOTE}.") for n in range(day["faults"])
        ),
        ok=not day["faults"],
    )
    notice = NoticeChange("11:45", Kind.NOTICE_SET, NoticeKind.PAUSE, "power", NOTE if day["faults"] else None)
    return replace(
        report,
        figures=replace(report.figures, stay={**series, "all": spread}, wait=stages),
        certificate=certificate,
        notices=(notice,) * day["notices"],
        clock=(ClockChange("doubted", "24-11-2026 11:00", "24-11-2027 11:00"),) * day["clock"],
    )


@pytest.mark.parametrize("language", ["en", "hi", "mr"])
@pytest.mark.parametrize("day", [STAY, FULL, CROWDED], ids=["quiet", "full", "crowded"])
def test_a_day_is_printed_on_one_sheet_with_its_seal_as_large_as_ever(
    page: Page, api: Api, monkeypatch: pytest.MonkeyPatch, day: Mapping[str, int], language: str
) -> None:
    api.floor.open("E1")
    api.floor.issue("ENQUIRY")
    api.floor.serve("E1")
    told = DayReports.report
    monkeypatch.setattr(DayReports, "report", lambda *asked: like(told(*asked), day))
    add_person(api.floor, "asha", Role.MANAGER)
    api.client.set_cookie(STAFF_COOKIE, signed_in(api.floor, "asha", SystemClock().now()))
    answer = api.client.get(f"/manager/report?lang={language}")
    assert answer.status_code == 200
    page.set_content(LINKS.sub("", answer.get_data(as_text=True)))
    for sheet in ("server/static/base.css", "server/manager/static/report.css"):
        page.add_style_tag(path=ROOT / sheet)
    assert len(PAGES.findall(page.pdf(prefer_css_page_size=True))) == 1
    page.emulate_media(media="print")
    seal = page.locator("figure svg").bounding_box()
    assert seal is not None
    assert seal["width"] == pytest.approx(30 / 25.4 * 96, abs=1)

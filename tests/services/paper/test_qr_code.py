"""The QR code of a slip is read from its paper by two decoders that share no line."""

from dataclasses import replace

import cv2
import numpy as np
import numpy.typing as npt
import pytest
import zxingcpp

from hardware.layout.slip import render
from hardware.profiles.profile import Profile
from hardware.registry import PROFILES
from hardware.values import Slip
from server.services.outbox import jobs
from server.services.paper import slips
from server.storage.transaction import Read
from tests.factories import Floor
from tests.services.paper.sources import sources

URL = "https://seva.passport.example.gov.in:844"
MARGIN_MM, LEAST_MM = 5, 25
Picture = npt.NDArray[np.uint8]


def slip_of(floor: Floor) -> Slip:
    token = floor.issue(printer="printer-k1")

    def compose(read: Read) -> Slip:
        job = jobs.last_job(read, slips.PRINT, token.id)
        assert job is not None
        return slips.prepare(read, job, sources(floor, URL)).slip

    return floor.db.read(compose)


def on_paper(slip: Slip, profile: Profile) -> Picture:
    """Return a slip with the white edges of its paper, a dot of the printer for each of the picture."""
    dots = np.array(render(slip, profile).convert("L"))
    return np.pad(dots, round(MARGIN_MM * profile.dots_per_mm), constant_values=255)


def photographed(paper: Picture) -> Picture:
    """Return a picture of it by a camera that is held aslant in poor light, and not quite sharp."""
    height, width = paper.shape
    turned = cv2.warpAffine(
        paper, cv2.getRotationMatrix2D((width / 2, height / 2), 8, 1.2), (width * 2, height * 2), borderValue=255
    )
    grey = cv2.GaussianBlur(turned, (5, 5), 0).astype(float)
    light = np.linspace(0.45, 0.9, grey.shape[1])
    return np.asarray(40 + grey * light * 0.8, np.uint8)


@pytest.mark.parametrize("length", [0, 160])
@pytest.mark.parametrize("profile", PROFILES.values(), ids=lambda profile: profile.name)
def test_two_decoders_read_the_slip_of_every_printer_and_its_code_is_25_mm_wide(
    sqlite_floor: Floor, profile: Profile, length: int
) -> None:
    usual = slip_of(sqlite_floor)
    slip = replace(usual, address=usual.address.ljust(length, "~"))
    paper = on_paper(slip, profile)
    for picture in (paper, photographed(paper)):
        assert cv2.QRCodeDetectorAruco().detectAndDecode(picture)[0] == slip.address
        assert [code.text for code in zxingcpp.read_barcodes(picture)] == [slip.address]
    corners = zxingcpp.read_barcodes(paper)[0].position
    assert (corners.top_right.x - corners.top_left.x) / profile.dots_per_mm >= LEAST_MM
    assert (corners.bottom_left.y - corners.top_left.y) / profile.dots_per_mm >= LEAST_MM

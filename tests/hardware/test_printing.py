"""The slip on paper, and the protocol with a printer in every state it can be in."""

from collections.abc import Iterator
from dataclasses import replace

import cv2
import numpy as np
import pytest
from PIL import Image, ImageChops

from hardware.layout.escpos import encode
from hardware.layout.slip import DOTS_PER_MM, WIDTH, render, shapes_indic
from hardware.printers.tcp import look, send
from hardware.simulated.printer import Fault, SimulatedPrinter
from hardware.values import PrinterState, Slip, Verdict

SLIP = Slip(
    language="hi",
    centre="मॉडल पासपोर्ट सेवा केंद्र",
    service=("पुलिस क्लीयरेंस प्रमाणपत्र", "Police clearance certificate"),
    label="N150",
    facts="A हॉल · 12 पहले · 15–25 मिनट",
    issued="24-11-2026 · 10:42",
    address="http://127.0.0.1:8080/t/DMfnBfOqebdxGgRTI6DeS_1l",
    address_caption="फ़ोन से देखें, या कियोस्क पर फिर दिखाएँ",
    promise="बारी निकल जाए तो पर्ची दिखाएँ। आपकी जगह मिलेगी।",
    help="मदद: पूछताछ काउंटर E1",
)


@pytest.fixture
def printer() -> Iterator[SimulatedPrinter]:
    simulated = SimulatedPrinter()
    simulated.start()
    yield simulated
    simulated.stop()


def print_slip(printer: SimulatedPrinter) -> tuple[Verdict, PrinterState]:
    result = send(printer.host, printer.port, encode(render(SLIP), "J001"), "J001")
    return result.verdict, result.state


def test_a_slip_fits_the_paper_and_is_not_longer_than_a_hand() -> None:
    picture = render(SLIP)
    assert picture.width == WIDTH
    assert picture.height / DOTS_PER_MM <= 140
    assert set(picture.convert("L").tobytes()) == {0, 255}


def test_the_number_is_twenty_millimetres_high() -> None:
    one, other = (render(replace(SLIP, label=label)).convert("L") for label in ("NHNH", "HNHN"))
    box = ImageChops.difference(one, other).getbbox()
    assert box is not None
    assert (box[3] - box[1]) / DOTS_PER_MM == pytest.approx(20, abs=0.5)


@pytest.mark.parametrize("party", [2, 20])
def test_the_size_of_a_party_stands_beside_the_number_inside_the_paper(party: int) -> None:
    alone, family = (number_columns(replace(SLIP, label="N888", party=size)) for size in (1, party))
    assert 8 <= min(family) < min(alone)
    assert max(alone) < max(family) <= WIDTH - 8


def number_columns(slip: Slip) -> list[int]:
    """Return the columns that are black where the number stands."""
    rows = np.array(render(slip).convert("L"))[190:330]
    return [int(column) for column in np.flatnonzero((rows < 128).any(axis=0))]


def test_a_family_with_several_services_and_a_copy_is_not_longer_than_a_hand() -> None:
    more = replace(SLIP, party=5, then="फिर: पूछताछ", copy=1, copy_mark="DUPLICATE 1 / प्रतिलिपि 1")
    assert render(SLIP).height < render(more).height <= 140 * DOTS_PER_MM


def test_the_qr_code_is_large_enough_and_says_the_address() -> None:
    image = np.array(render(SLIP).convert("L"))
    address, corners, _ = cv2.QRCodeDetector().detectAndDecode(image)
    assert address == SLIP.address
    side = float(np.linalg.norm(corners[0][0] - corners[0][1]))
    assert side / DOTS_PER_MM >= 24.5


def test_a_copy_carries_a_black_bar_and_the_original_none() -> None:
    copy = render(replace(SLIP, copy=1, copy_mark="DUPLICATE 1 / प्रतिलिपि 1"))
    bar = copy.convert("L").crop((0, 12, 20, 80))
    assert set(bar.tobytes()) == {0}
    assert set(render(SLIP).convert("L").crop((0, 12, 10, 80)).tobytes()) == {255}


def test_devanagari_is_shaped_by_raqm() -> None:
    assert shapes_indic(), "libfribidi0 is missing: Pillow cannot shape Devanagari"


def test_what_the_printer_receives_is_the_picture_to_the_dot(printer: SimulatedPrinter) -> None:
    assert print_slip(printer) == (Verdict.PRINTED, PrinterState.READY)
    difference = ImageChops.difference(printer.papers[-1].convert("L"), render(SLIP).convert("L"))
    assert difference.getbbox() is None


@pytest.mark.parametrize(
    ("fault", "verdict", "state", "papers"),
    [
        (Fault.NONE, Verdict.PRINTED, PrinterState.READY, 1),
        (Fault.NEAR_END, Verdict.PRINTED, PrinterState.NEAR_END, 1),
        (Fault.PAPER_OUT, Verdict.REFUSED, PrinterState.PAPER_OUT, 0),
        (Fault.COVER_OPEN, Verdict.REFUSED, PrinterState.COVER_OPEN, 0),
        (Fault.OFF, Verdict.REFUSED, PrinterState.OFF, 0),
        (Fault.MUTE, Verdict.REFUSED, PrinterState.SILENT, 0),
        (Fault.RESET_MID_JOB, Verdict.UNCONFIRMED, PrinterState.OFF, 0),
    ],
)
def test_each_state_of_a_printer_has_its_verdict(
    printer: SimulatedPrinter, fault: Fault, verdict: Verdict, state: PrinterState, papers: int
) -> None:
    printer.fault = fault
    assert print_slip(printer) == (verdict, state)
    assert printer.count == papers


def test_a_printer_tells_how_it_is_without_a_job(printer: SimulatedPrinter) -> None:
    assert look(printer.host, printer.port) is PrinterState.READY
    printer.fault = Fault.COVER_OPEN
    assert look(printer.host, printer.port) is PrinterState.COVER_OPEN


def test_nothing_at_an_address_is_off() -> None:
    assert look("127.0.0.1", 1) is PrinterState.OFF


@pytest.mark.parametrize("job_id", ["", "12345", "12\n4"])
def test_a_job_id_is_four_printable_characters(job_id: str) -> None:
    with pytest.raises(ValueError, match="four printable"):
        encode(Image.new("1", (8, 8), 1), job_id)

"""A folder as a printer: every job is a whole file of its own, or nothing."""

import os
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from hardware.layout.printout import prepare
from hardware.printers.file import FilePrinter
from hardware.profiles.epson_tm import TM_T20
from hardware.settings import WrongSettings
from hardware.values import PrinterState, Printout, PrintResult, Verdict
from tests.hardware.slips import SLIP

PRINTED = PrintResult(Verdict.PRINTED, PrinterState.READY)


def job(text: str) -> Printout:
    return Printout("J001", text.encode(), text.encode())


def test_a_slip_is_kept_as_its_picture(tmp_path: Path) -> None:
    printout = prepare(SLIP, TM_T20, "J001")
    assert FilePrinter(TM_T20, tmp_path).send(printout) == PRINTED
    kept = Image.open(BytesIO((tmp_path / "J001.png").read_bytes()))
    assert kept.width == TM_T20.width


def test_a_slip_is_kept_as_its_commands(tmp_path: Path) -> None:
    printout = prepare(SLIP, TM_T20, "J001")
    assert FilePrinter.of(TM_T20, {"folder": str(tmp_path), "form": "commands"}).send(printout) == PRINTED
    assert [path.name for path in tmp_path.iterdir()] == ["J001.bin"]
    assert (tmp_path / "J001.bin").read_bytes() == printout.commands


def test_a_job_whose_id_comes_again_replaces_nothing(tmp_path: Path) -> None:
    printer = FilePrinter(TM_T20, tmp_path, "commands")
    for text in ("one", "two", "three"):
        assert printer.send(job(text)) == PRINTED
    kept = {path.name: path.read_text() for path in tmp_path.iterdir()}
    assert kept == {"J001.bin": "one", "J001-2.bin": "two", "J001-3.bin": "three"}


def test_a_folder_that_is_away_is_off_and_refuses(tmp_path: Path) -> None:
    printer = FilePrinter(TM_T20, tmp_path / "disk")
    assert printer.look() is PrinterState.OFF
    result = printer.send(job("one"))
    assert (result.verdict, result.state) == (Verdict.REFUSED, PrinterState.OFF)
    assert not (tmp_path / "disk").exists()
    (tmp_path / "disk").mkdir()
    assert printer.look() is PrinterState.READY


def test_a_job_that_does_not_reach_the_disk_leaves_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_file: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    result = FilePrinter(TM_T20, tmp_path).send(job("one"))
    assert result.verdict is Verdict.REFUSED
    assert "No space left" in result.detail
    assert list(tmp_path.iterdir()) == []


def test_another_form_is_refused_by_name() -> None:
    with pytest.raises(WrongSettings, match="picture or commands, not “pdf”"):
        FilePrinter.of(TM_T20, {"folder": "/srv/slips", "form": "pdf"})

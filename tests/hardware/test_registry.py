"""A printer's settings choose its driver and its profile, and a wrong one is named."""

import subprocess
import sys
from pathlib import Path

import pytest

from hardware.printers.file import FilePrinter
from hardware.printers.tcp import TcpPrinter
from hardware.profiles.epson_tm import TM_T20
from hardware.profiles.generic_escpos import GENERIC_58
from hardware.registry import DRIVERS, PROFILES, open_printer
from hardware.settings import Settings, WrongSettings

ROOT = Path(__file__).parents[2]


def test_an_address_alone_is_a_printer_of_the_network_with_the_profile_of_always() -> None:
    assert open_printer({"host": "192.0.2.1"}) == TcpPrinter(TM_T20, "192.0.2.1", 9100)
    assert (TM_T20.width, TM_T20.dots_per_mm, TM_T20.escpos) == (576, 8, "TM-T20II")


def test_settings_choose_the_driver_and_the_profile() -> None:
    tcp = {"kind": "tcp", "profile": "generic-58", "host": "192.0.2.1", "port": "9101"}
    assert open_printer(tcp) == TcpPrinter(GENERIC_58, "192.0.2.1", 9101)
    assert open_printer({"kind": "file", "folder": "/srv/slips"}) == FilePrinter(TM_T20, Path("/srv/slips"), "picture")


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({}, "the printer's setting “host” is missing"),
        ({"host": ""}, "the printer's setting “host” is missing"),
        ({"kind": "file"}, "the printer's setting “folder” is missing"),
        ({"kind": "pigeon", "host": "h"}, "there is no kind of printer “pigeon”; there are file, tcp"),
        (
            {"profile": "x", "host": "h"},
            "there is no printer profile “x”; there are epson-tm-t20, epson-tm-t88, generic-58, generic-80",
        ),
        ({"host": "h", "port": "many"}, "the printer's setting “port” is not a whole number: many"),
    ],
)
def test_wrong_settings_are_named(settings: Settings, message: str) -> None:
    with pytest.raises(WrongSettings) as raised:
        open_printer(settings)
    assert str(raised.value) == message


def test_every_driver_and_every_profile_is_documented() -> None:
    page = (ROOT / "docs" / "printing.md").read_text("utf-8")
    assert [name for name in (*DRIVERS, *PROFILES) if f"| `{name}` |" not in page] == []


def test_every_driver_file_is_registered() -> None:
    files = {path.stem for path in (ROOT / "hardware" / "printers").glob("*.py")} - {"__init__"}
    assert files == set(DRIVERS)


def test_choosing_a_printer_loads_neither_pillow_nor_python_escpos() -> None:
    """The server asks for these modules in processes that print nothing."""
    code = "import sys, hardware.registry, hardware.values; print({'PIL', 'escpos'} & {*sys.modules})"
    asked = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert asked.stdout == "set()\n"


def test_laying_out_loads_no_python_escpos() -> None:
    code = "import sys, hardware.layout.printout; print('escpos' in sys.modules)"
    asked = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert asked.stdout == "False\n"

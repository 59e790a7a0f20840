"""The bytes of a job are what its printer's profile can take."""

from dataclasses import replace

import pytest
from PIL import Image

from hardware.layout.escpos import encode
from hardware.profiles.epson_tm import TM_T20
from hardware.profiles.generic_escpos import GENERIC_58, GENERIC_80
from hardware.profiles.profile import Profile
from hardware.registry import PROFILES

RASTER, CUT, TEAR, REQUEST = b"\x1dv0\x00", b"\x1dV\x42\x00", b"\x1bd\x03", b"\x1d(H"


def white(profile: Profile, height: int = 300) -> Image.Image:
    return Image.new("1", (profile.width, height), 1)


@pytest.mark.parametrize(
    ("profile", "end"),
    [(TM_T20, CUT + REQUEST + b"\x06\x00\x30\x30J001"), (GENERIC_80, CUT), (GENERIC_58, TEAR)],
    ids=lambda value: value.name if isinstance(value, Profile) else "",
)
def test_a_job_cuts_and_asks_only_where_the_printer_can(profile: Profile, end: bytes) -> None:
    job = encode(white(profile), profile, "J001")
    assert job.startswith(b"\x1b@")
    assert job.endswith(bytes(profile.width // 8) + end)
    assert (REQUEST in job) is profile.acknowledges


def test_a_picture_goes_in_strips_no_higher_than_the_printer_takes() -> None:
    job = encode(white(TM_T20), replace(TM_T20, strip=100), "J001")
    assert job.count(RASTER) == 3
    assert job.count(RASTER + bytes((72, 0, 100, 0))) == 3


@pytest.mark.parametrize("profile", PROFILES.values(), ids=PROFILES)
def test_every_profile_can_be_encoded_at_its_whole_width(profile: Profile) -> None:
    columns = (profile.width // 8).to_bytes(2, "little")
    assert RASTER + columns in encode(white(profile), profile, "J001")


@pytest.mark.parametrize("job_id", ["", "12345", "12\n4"])
def test_a_job_id_is_four_printable_characters(job_id: str) -> None:
    with pytest.raises(ValueError, match="four printable"):
        encode(white(GENERIC_80), GENERIC_80, job_id)

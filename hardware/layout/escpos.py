"""Turns a picture into the bytes of a print job; python-escpos is the encoder, the connection is ours."""

import importlib

from PIL import Image

from hardware.profiles.profile import Profile

PROCESS_ID = b"\x1d(H\x06\x00\x30\x30"  # GS ( H, function 48: answer this id when what came before is printed
FEED_AND_CUT = b"\x1dV\x42\x00"  # GS V 66 0
FEED_TO_TEAR = b"\x1bd\x03"  # ESC d 3: three lines, half an inch, which is from the head to the edge


def encode(picture: Image.Image, profile: Profile, job_id: str) -> bytes:
    """Return the job: reset, the picture in strips, feed and cut, and the request to acknowledge `job_id`.

    A printer that does not cut feeds to its edge; one that does not acknowledge is not asked, since it might print the
    letters of the request. `job_id` is four printable ASCII characters. Raises ValueError for another one.
    """
    if len(job_id) != 4 or not all(" " <= letter <= "~" for letter in job_id):
        raise ValueError(f"a job id is four printable characters, not {job_id!r}")
    # Loading python-escpos takes more than a second, so only a process that prints does it.
    dummy = importlib.import_module("escpos.printer").Dummy(profile=profile.escpos)
    dummy.hw("INIT")
    dummy.image(picture, impl="bitImageRaster", fragment_height=profile.strip)
    job = bytes(dummy.output) + (FEED_AND_CUT if profile.cuts else FEED_TO_TEAR)
    return job + PROCESS_ID + job_id.encode() if profile.acknowledges else job

"""Turns a picture into the bytes of a print job; python-escpos is the encoder, the connection is ours."""

import importlib

from PIL import Image

STRIP_DOTS = 128
PROCESS_ID = b"\x1d(H\x06\x00\x30\x30"  # GS ( H, function 48: answer this id when what came before is printed
FEED_AND_CUT = b"\x1dV\x42\x00"  # GS V 66 0


def encode(picture: Image.Image, job_id: str) -> bytes:
    """Return the job: reset, the picture in strips, feed and cut, and the request to acknowledge `job_id`.

    `job_id` is four printable ASCII characters. Raises ValueError for another one.
    """
    if len(job_id) != 4 or not all(" " <= letter <= "~" for letter in job_id):
        raise ValueError(f"a job id is four printable characters, not {job_id!r}")
    # Loading python-escpos takes more than a second, so only a process that prints does it.
    dummy = importlib.import_module("escpos.printer").Dummy(profile="TM-T20II")
    dummy.hw("INIT")
    dummy.image(picture, impl="bitImageRaster", fragment_height=STRIP_DOTS)
    return bytes(dummy.output) + FEED_AND_CUT + PROCESS_ID + job_id.encode()

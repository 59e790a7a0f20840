"""Makes a slip ready for a printer."""

from io import BytesIO

from hardware.layout.escpos import encode
from hardware.layout.slip import render
from hardware.profiles.profile import Profile
from hardware.values import Printout, Slip


def prepare(slip: Slip, profile: Profile, job_id: str) -> Printout:
    """Return the job of a slip for a printer of this profile; raises ValueError as `encode` does."""
    picture, file = render(slip, profile), BytesIO()
    picture.save(file, "PNG")
    return Printout(job_id, encode(picture, profile, job_id), file.getvalue())

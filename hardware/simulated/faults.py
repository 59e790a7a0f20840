"""What can be wrong with a simulated printer, and how it then answers DLE EOT 1 to 4."""

from enum import StrEnum


class Fault(StrEnum):
    """What can be wrong with it."""

    NONE = "none"
    NEAR_END = "near_end"
    PAPER_OUT = "paper_out"
    COVER_OPEN = "cover_open"
    OFF = "off"
    MUTE = "mute"
    RESET_MID_JOB = "reset_mid_job"


STATUS = {
    Fault.NONE: (0x12, 0x12, 0x12, 0x12),
    Fault.NEAR_END: (0x12, 0x12, 0x12, 0x1E),
    Fault.PAPER_OUT: (0x1A, 0x32, 0x12, 0x7E),
    Fault.COVER_OPEN: (0x1A, 0x16, 0x12, 0x12),
}
OFFLINE = (Fault.PAPER_OUT, Fault.COVER_OPEN)

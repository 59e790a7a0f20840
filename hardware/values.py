"""What crosses the border of this library: a slip to print, how a printer is, and what came of a job."""

from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Slip:
    """A token slip, in words, with nothing personal. `language` shapes the script; `copy` 0 is the original.

    `party` is how many people share the number, `then` one line about the services after the first.
    """

    language: str
    centre: str
    service: tuple[str, ...]
    label: str
    facts: str
    issued: str
    address: str
    address_caption: str
    promise: str
    help: str
    copy: int = 0
    copy_mark: str = ""
    party: int = 1
    then: str = ""


class PrinterState(StrEnum):
    """How a printer is, worst first."""

    OFF = "off"
    SILENT = "silent"
    COVER_OPEN = "cover_open"
    PAPER_OUT = "paper_out"
    FAULT = "fault"
    NEAR_END = "near_end"
    READY = "ready"

    @property
    def can_print(self) -> bool:
        """Whether a job may be sent."""
        return self in (PrinterState.READY, PrinterState.NEAR_END)


class Verdict(StrEnum):
    """What came of a job: only an acknowledgement is proof; after the first byte nobody can be sure without it."""

    PRINTED = "printed"
    REFUSED = "refused"
    UNCONFIRMED = "unconfirmed"


@dataclass(frozen=True, slots=True)
class PrintResult:
    """The verdict on a job, how the printer was, and the cause for people who repair it."""

    verdict: Verdict
    state: PrinterState
    detail: str = ""

"""What crosses the border of this library: a slip, how a printer is, a job and what came of it. Needs no Pillow."""

from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Slip:
    """A token slip, in words, with nothing personal. `language` shapes the script; `copy` 0 is the original.

    `party` is how many people share the number, `then` one line about the services after the first, `visit` one about
    the whole visit.
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
    visit: str = ""


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
    """What came of a job: only an acknowledgement is proof; after the first byte nobody can be sure without it.

    PRINTED: the printer said that the paper is out. SENT: a printer that never says so took every byte.
    REFUSED: no byte was sent, it may be tried again. UNCONFIRMED: some were, and nobody can be sure.
    """

    PRINTED = "printed"
    SENT = "sent"
    REFUSED = "refused"
    UNCONFIRMED = "unconfirmed"


@dataclass(frozen=True, slots=True)
class PrintResult:
    """The verdict on a job, how the printer was, and the cause for people who repair it."""

    verdict: Verdict
    state: PrinterState
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Printout:
    """A slip made ready for one printer: `commands` are its ESC/POS bytes, `picture` is the same as a PNG file.

    `id` is four printable ASCII characters; a printer that acknowledges says it again when the paper is out.
    """

    id: str
    commands: bytes
    picture: bytes

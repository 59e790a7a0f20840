"""What a live screen is told beside the events, name by name."""

from typing import Literal

from pydantic import BaseModel, ConfigDict


class Spoken(BaseModel):
    """Strict about names: a test compares what the server tells with each of these."""

    model_config = ConfigDict(strict=True, extra="forbid", populate_by_name=True)


class HeartbeatOut(Spoken):
    """That the server lives: the number of its last event, its clock, and when a centre opens again that rests now."""

    centre: str
    epoch: str
    seq: int
    now: str
    ahead_s: int
    resumes_at: str | None


class NamedOut(Spoken):
    """Somebody looks for this screen: it shows its name in large letters for a moment."""

    centre: str
    name: str


class HintOut(Spoken):
    """Something that staff should know and that may be lost: the trouble of a printer, or its end."""

    centre: str
    kind: Literal["printer"]
    device: str
    state: str

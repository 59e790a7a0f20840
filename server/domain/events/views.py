"""What the public and the staff see of a token and of an event."""

from collections.abc import Mapping
from typing import Any

from server.domain.events.event import Event
from server.domain.events.kinds import FROZEN
from server.domain.instants import to_iso
from server.domain.token.lifecycle import TokenEnd

VERSION = 1


def token_view(record: Mapping[str, Any], *, staff: bool) -> dict[str, Any]:
    """Return what screens see of a token record: nothing personal, no need, no service; staff see those too."""
    ended = record.get("ended_at") is not None
    step: Mapping[str, Any] = {} if ended else record["step"]
    view = {
        "id": record["id"],
        "label": record["label"],
        "party": record.get("party", 1),
        "state": record.get("ends", TokenEnd.DONE.value) if ended else step["state"],
        "stage": step.get("stage"),
        "counter": step.get("counter"),
        "beside": step.get("beside", []),
        "call": step.get("call"),
        "calls": step.get("calls", 0),
        "called_at": step.get("called_at"),
        "ended": ended,
    }
    if staff:
        view["staff"] = _staff_view(record)
    return view


def _staff_view(record: Mapping[str, Any]) -> dict[str, Any]:
    step = record["step"]
    return {
        "series": record["klass"],
        "service": record["service"],
        "then": record.get("then", []),
        "route": record["route"],
        "language": record["language"],
        "need": record.get("need"),
        "access": record.get("access", []),
        "emergency": record.get("emergency_at") is not None,
        "slot": record.get("slot"),
        "issued_at": record["issued_at"],
        "waiting_since": step.get("since", step["entered_at"]),
        "first_call": step.get("first_call"),
        "started_at": step.get("started_at"),
        "until": step.get("until"),
        "only": step.get("only"),
        "return_until": record.get("return_until"),
        "decision": record.get("decision"),
        "ended_at": record.get("ended_at"),
    }


def event_view(event: Event, *, centre: str, epoch: str, staff: bool) -> dict[str, Any]:
    """Return the message that goes to screens for one event."""
    record = event.data.get("token")
    return {
        "v": VERSION,
        "centre": centre,
        "epoch": epoch,
        "seq": event.seq,
        "type": event.kind.value,
        "at": to_iso(event.at),
        "token": token_view(record, staff=staff) if record else None,
        "counter": event.data.get("counter"),
        "frozen": FROZEN.get(event.kind),
    }

"""What a centre tells everybody at once: an emergency, an outage, a pause. Of these flags the strongest is told."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum


class NoticeKind(StrEnum):
    """The flags of a centre, the strongest first."""

    EMERGENCY = "emergency"
    OUTAGE = "outage"
    PAUSE = "pause"


STOPPING = frozenset({NoticeKind.EMERGENCY, NoticeKind.PAUSE})
"""The flags under which nobody is called, missed or expired, and no clock runs. An outage stops nothing."""
POWER, AFTER_EMERGENCY, OTHER = "power", "after_emergency", "other"
"""The causes that are set by rules and not by a person who chose them."""


@dataclass(frozen=True, slots=True)
class Notice:
    """A flag that is set: why, by a code of the set-up, and since when (ISO 8601, UTC)."""

    kind: NoticeKind
    cause: str
    since: str


Flags = tuple[Notice, ...]
"""The flags that are set, the strongest first; of each kind one at most."""


@dataclass(frozen=True, slots=True)
class Cause:
    """Why a flag may be set: for which kinds, its name, its pictogram, and for an emergency what everybody must do."""

    kinds: frozenset[NoticeKind]
    name: Mapping[str, str]
    icon: str
    verb: Mapping[str, str] | None = None


def with_flag(flags: Flags, kind: NoticeKind, cause: str, now: str) -> Flags:
    """Return the flags with one set; one that is set already keeps its beginning and takes the cause."""
    since = next((flag.since for flag in flags if flag.kind is kind), now)
    return _in_order([*_others(flags, kind), Notice(kind, cause, since)])


def without_flag(flags: Flags, kind: NoticeKind, now: str) -> Flags:
    """Return the flags with one taken off. An emergency leaves a pause behind: that people call again is said apart."""
    others = _others(flags, kind)
    if kind is NoticeKind.EMERGENCY and len(others) < len(flags) and not flag_of(flags, NoticeKind.PAUSE):
        others.append(Notice(NoticeKind.PAUSE, AFTER_EMERGENCY, now))
    return _in_order(others)


def flag_of(flags: Flags, kind: NoticeKind) -> Notice | None:
    """Return the flag of a kind, None while it is not set."""
    return next((flag for flag in flags if flag.kind is kind), None)


def strongest(flags: Flags) -> Notice | None:
    """Return what everybody is told, None while no flag is set."""
    return flags[0] if flags else None


def is_stopped(flags: Flags) -> bool:
    """Whether the floor stands: nobody is called, missed or expired, and no clock runs."""
    return any(flag.kind in STOPPING for flag in flags)


def begun(flags: Flags) -> list[tuple[NoticeKind, str]]:
    """Return which flags are set and since when; the cause of one of before causes were codes may be purged."""
    return [(flag.kind, flag.since) for flag in flags]


def flags_from(rows: Sequence[Sequence[str]]) -> Flags:
    """Return the flags that were kept as `[kind, cause, since]`."""
    return tuple(Notice(NoticeKind(kind), cause, since) for kind, cause, since in rows)


def flags_to(flags: Flags) -> list[list[str]]:
    """Return how flags are kept."""
    return [[flag.kind.value, flag.cause, flag.since] for flag in flags]


def _others(flags: Flags, kind: NoticeKind) -> list[Notice]:
    return [flag for flag in flags if flag.kind is not kind]


def _in_order(flags: Sequence[Notice]) -> Flags:
    return tuple(sorted(flags, key=lambda flag: list(NoticeKind).index(flag.kind)))

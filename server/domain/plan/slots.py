"""The slots for which people book, and how far from its slot a booking is still good."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SlotRules:
    """The slots of a centre: their length, how many people each holds, and how early or late one may come."""

    minutes: int = 15
    capacity: int = 25
    admit_early_min: int = 15
    late_min: int = 15

"""What screens are told: each command takes the numbers of its events, and every picture is one that there was."""

from collections import Counter
from collections.abc import Mapping

from tests.histories.floor import Floor, Place, stage_of
from tests.histories.history import Change, Heard, Picture


class Told:
    """What screens were told of events, by their numbers (`heard`); without it events have none.

    What is told of no token, counter, seat or day takes a number and means nothing here.
    """

    def __init__(self, heard: Mapping[int, Change] | None) -> None:
        self.numbered, self._heard = heard is not None, heard or {}
        self._foreign = {number for number, change in self._heard.items() if not change.subject}

    def happens(self, floor: Floor, *changes: Change) -> Floor | None:
        """Return the floor with more events, None when screens were told others under their numbers.

        What one command does to several is told in any order.
        """
        if not self.numbered:
            return floor
        seq, told = floor.seq, list[Change]()
        for change in changes:
            seq = self.next(seq)
            told.append(self._heard.get(seq, change))
        return floor._replace(seq=seq) if Counter(told) == Counter(changes) else None

    def next(self, seq: int) -> int:
        """Return the number of the next event after one that is of a command."""
        seq += 1
        while seq in self._foreign:
            seq += 1
        return seq

    def has_happened(self, floor: Floor, heard: Heard) -> bool:
        """Whether an event is true: it has a number that was given, and all screens were told the same."""
        same = self._heard.get(heard.seq, heard.change) == heard.change
        return same and (heard.seq in self._foreign or heard.seq <= floor.seq)

    def shows(self, floor: Floor, picture: Picture) -> bool:
        """Whether a picture is one of the floor as it is."""
        seq = picture.seq
        while seq > floor.seq and seq in self._foreign:
            seq -= 1
        return seq == floor.seq and picture.floor in (None, picture_of(floor))


def picture_of(floor: Floor) -> frozenset[Change]:
    """Return all tokens, and all counters that are not closed."""
    shown = (Change(d.name, d.state, stage_of(d.name)) for d in floor.desks if d.state != "closed")
    return frozenset([*map(change_of, floor.people()), *shown])


def change_of(place: Place) -> Change:
    """Return what screens are told of where somebody is."""
    return Change(place.label, place.state, place.stage, place.counter)

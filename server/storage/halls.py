"""The halls of a centre, kept from one command to the next until an event changes them."""

from server.domain.centre import CentreState
from server.domain.forecast import HallFacts

Halls = dict[tuple[str, bool], HallFacts]
"""What calls at a stage, by its code and whether closed counters are planned to open."""


class KeptHalls:
    """Keeps what is true at a number of a centre's log; what was kept at another number is forgotten.

    Whatever changes a hall is an event, whichever process writes it, and whoever writes holds the lock of the centre:
    at the same number the rows are the same. One thread at a time uses it: the one that writes in the centre.
    """

    def __init__(self) -> None:
        self._at: tuple[int, str, int] | None = None
        self._halls: Halls = {}

    def at(self, centre: CentreState) -> Halls:
        """Return the halls of a locked centre as it stands, for whoever reads another to add it."""
        here = centre.id, centre.epoch, centre.event_seq
        if self._at != here:
            self.forget()
            self._at = here
        return self._halls

    def follow(self, centre: CentreState) -> None:
        """Let what was true before the last event of a centre be true after it: it changes no hall."""
        if self._at == (centre.id, centre.epoch, centre.event_seq - 1):
            self._at = centre.id, centre.epoch, centre.event_seq

    def forget(self) -> None:
        """Forget all, as when events are undone: others will have their numbers."""
        self._at = None
        self._halls = {}

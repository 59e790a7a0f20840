"""A calling profile: what a counter, and the person who sits there, may take."""

from dataclasses import dataclass, replace

from server.domain.calling.lane import Lane


@dataclass(frozen=True, slots=True)
class Profile:
    """What a counter may take. Empty sets mean anything; `prefers` and `languages` are wishes, the others rules."""

    counter: str
    officer: str | None = None
    services: frozenset[str] = frozenset()
    reserved: frozenset[str] = frozenset()
    prefers: frozenset[str] = frozenset()
    languages: frozenset[str] = frozenset()
    step_free: bool = True

    @property
    def group(self) -> str:
        """The name shared by all counters that may take the same tokens: the quota is kept for each group."""
        # Not the preferences, nor the languages: they change the order, not what may be taken.
        # It is kept with the passes in the database: another form of it would begin every count anew.
        parts = (
            ",".join(sorted(self.services)),
            ",".join(sorted(self.reserved)),
            "" if self.step_free else "steps",
        )
        return "|".join(parts)

    def takes(self, lane: Lane) -> bool:
        """Whether a token of this lane may be called here."""
        if lane.only:
            return lane.only in (self.counter, self.officer)
        return (
            (not self.services or lane.service in self.services)
            and (not self.reserved or lane.klass in self.reserved)
            and (self.step_free or not lane.step_free)
        )

    def for_anybody(self) -> "Profile":
        """Return the same without the names of its counter and its officer."""
        return replace(self, counter="", officer=None)

"""The plan of a centre: its stages, routes, services, series and rules, as one frozen value."""

from collections.abc import Mapping
from dataclasses import dataclass

from server.domain.calling import CallingRule
from server.domain.errors import UnknownLanguage, UnknownNeed, UnknownService
from server.domain.journey import Outcome
from server.domain.numbering import Series

Names = Mapping[str, str]
"""A name in each language of the centre, by language code."""


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage of the floor; `ok` is the outcome taken when none is named, `service_min` the usual minutes."""

    code: str
    name: Names
    zone: str
    ok: str
    outcomes: Mapping[str, Outcome]
    service_min: float


@dataclass(frozen=True, slots=True)
class Service:
    """What a citizen comes for; `icon` is its pictogram."""

    code: str
    name: Names
    icon: str
    route: str
    series: str


@dataclass(frozen=True, slots=True)
class Plan:
    """All that commands need to know of a centre beside its tokens and counters."""

    languages: tuple[str, ...]
    stages: Mapping[str, Stage]
    routes: Mapping[str, tuple[str, ...]]
    services: Mapping[str, Service]
    series: Mapping[str, Series]
    needs: Mapping[str, str]
    calling: CallingRule
    slip_help: Names

    def service(self, code: str) -> Service:
        """Return a service; raises UnknownService."""
        found = self.services.get(code)
        if found is None:
            raise UnknownService(f"There is no service “{code}” here.", known=sorted(self.services))
        return found

    def series_for(self, service: Service, need: str | None) -> str:
        """Return the series letter of a token: that of the need, else of the service; raises UnknownNeed."""
        if need is None:
            return service.series
        if need not in self.needs:
            raise UnknownNeed(f"There is no need “{need}” here.", known=sorted(self.needs))
        return self.needs[need]

    def language(self, code: str | None) -> str:
        """Return a language of the centre, its first when none is asked; raises UnknownLanguage."""
        if code is None:
            return self.languages[0]
        if code not in self.languages:
            raise UnknownLanguage(f"This centre has no “{code}”.", known=list(self.languages))
        return code

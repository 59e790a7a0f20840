"""A slip in the words of its citizen."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from hardware.values import Slip
from server.domain.forecast import Forecast
from server.domain.plan.plan import Names, Plan
from server.domain.token.token import Token
from server.wording.catalogue import SOURCE, translate


@dataclass(frozen=True, slots=True)
class SlipFacts:
    """What a slip tells beside the token: its centre, what was told at the issue, the address of the citizen's page.

    `copy` counts the duplicates; 0 is the original.
    """

    centre: Names
    timezone: str
    plan: Plan
    forecast: Forecast
    address: str
    copy: int = 0


def compose(token: Token, facts: SlipFacts, language: str) -> Slip:
    """Return the slip of a token in a language, the service in English too."""
    services = facts.plan.services
    service = (services[token.service].name.get(code) for code in (language, SOURCE))
    following = ", ".join(_named(services[code].name, language) for code in token.then)
    return Slip(
        language=language,
        centre=_named(facts.centre, language),
        service=tuple(dict.fromkeys(name for name in service if name)),
        label=token.label,
        facts=" · ".join(_standing(token, facts.forecast, language)),
        issued=_local(token.issued_at, facts.timezone),
        address=facts.address,
        address_caption=translate(language, "See it on your phone, or show it at the kiosk again"),
        promise=translate(language, "If your turn has passed, show this slip. Your place is kept."),
        help=_named(facts.plan.slip_help, language),
        copy=facts.copy,
        copy_mark=_copy_mark(facts.copy, language) if facts.copy else "",
        party=token.party,
        then=translate(language, "Then: {services}", services=following) if following else "",
        visit=_visit(token, facts, language),
    )


def _standing(token: Token, forecast: Forecast, language: str) -> list[str]:
    """Return the hall where the token stands, and what was foretold as long as it is about that hall."""
    hall = [translate(language, "Hall {stage}", stage=token.step.stage)]
    if forecast.stage != token.step.stage:
        return hall
    hall.append(translate(language, "{n} before you", n=forecast.ahead))
    if forecast.wait.high_min is not None:
        low, high = forecast.wait.low_min, forecast.wait.high_min
        hall.append(translate(language, "{low}–{high} min", low=low, high=high))
    return hall


def _visit(token: Token, facts: SlipFacts, language: str) -> str:
    """Return what was told of the whole visit, or why no wait was; nothing in another hall than that of the issue."""
    told = facts.forecast
    if told.stage != token.step.stage:
        return ""
    if told.wait.high_min is None:
        return translate(language, "No counter for this is open now.")
    parts = []
    if told.opens_at is not None:
        opens = told.opens_at.astimezone(ZoneInfo(facts.timezone)).strftime("%H:%M")
        parts.append(translate(language, "Counters open at {time}.", time=opens))
    if told.visit.high_min is not None:
        low, high = told.visit.low_min, told.visit.high_min
        parts.append(translate(language, "Whole visit: {low}–{high} min.", low=low, high=high))
    return " ".join(parts)


def _copy_mark(copy: int, language: str) -> str:
    return " / ".join(dict.fromkeys(translate(code, "DUPLICATE {n}", n=copy) for code in (SOURCE, language)))


def _local(moment: datetime, timezone: str) -> str:
    return moment.astimezone(ZoneInfo(timezone)).strftime("%d-%m-%Y · %H:%M")


def _named(names: Names, language: str) -> str:
    return names.get(language) or next(iter(names.values()))

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
    """What a slip tells beside the token: its centre, what is foretold now, the address of the citizen's page.

    `forecast` is None for somebody who does not wait. `copy` counts the duplicates, 0 is the original; `printed_at` is
    shown on a duplicate, whose foretelling is of then.
    """

    centre: Names
    timezone: str
    plan: Plan
    forecast: Forecast | None
    address: str
    copy: int
    printed_at: datetime


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
        facts=_standing(token, facts.forecast, language),
        issued=_local(token.issued_at, facts.timezone),
        address=facts.address,
        address_caption=translate(language, "See it on your phone, or show it at the kiosk again"),
        promise=translate(language, "If your turn has passed, show this slip. Your place is kept."),
        help=_named(facts.plan.slip_help, language),
        copy=facts.copy,
        copy_mark=_copy_mark(facts, language) if facts.copy else "",
        party=token.party,
        then=translate(language, "Then: {services}", services=following) if following else "",
        visit="" if facts.forecast is None else _visit(facts.forecast, facts.timezone, language),
    )


def _standing(token: Token, forecast: Forecast | None, language: str) -> str:
    """Return the hall of a token and what is foretold there; until when it is good, if it has ended."""
    if token.ended and token.return_until is not None:
        good = token.return_until.strftime("%d-%m-%Y")
        return translate(language, "Your return slip is good until {date}.", date=good)
    hall = [translate(language, "Hall {stage}", stage=token.step.stage)]
    if forecast is not None:
        hall.append(translate(language, "{n} before you", n=forecast.ahead))
    if forecast is not None and forecast.wait.high_min is not None:
        low, high = forecast.wait.low_min, forecast.wait.high_min
        hall.append(translate(language, "{low}–{high} min", low=low, high=high))
    return " · ".join(hall)


def _visit(told: Forecast, timezone: str, language: str) -> str:
    """Return what is foretold of the whole visit, or why no wait is."""
    if told.wait.high_min is None:
        return translate(language, "No counter for this is open now.")
    parts = []
    if told.opens_at is not None:
        opens = _time(told.opens_at, timezone)
        parts.append(translate(language, "Counters open at {time}.", time=opens))
    if told.visit.high_min is not None:
        low, high = told.visit.low_min, told.visit.high_min
        parts.append(translate(language, "Whole visit: {low}–{high} min.", low=low, high=high))
    return " ".join(parts)


def _copy_mark(facts: SlipFacts, language: str) -> str:
    """Return the mark of a duplicate: which it is, and the time it tells of."""
    words = dict.fromkeys(translate(code, "DUPLICATE {n}", n=facts.copy) for code in (SOURCE, language))
    return f"{' / '.join(words)}, {_time(facts.printed_at, facts.timezone)}"


def _time(moment: datetime, timezone: str) -> str:
    return moment.astimezone(ZoneInfo(timezone)).strftime("%H:%M")


def _local(moment: datetime, timezone: str) -> str:
    return moment.astimezone(ZoneInfo(timezone)).strftime("%d-%m-%Y · %H:%M")


def _named(names: Names, language: str) -> str:
    return names.get(language) or next(iter(names.values()))

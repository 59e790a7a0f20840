"""A slip in the words of its citizen."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from hardware.values import Slip
from server.domain.calling.wait import WaitRange
from server.domain.plan.plan import Names
from server.domain.token.token import Token
from server.wording.catalogue import SOURCE, translate


@dataclass(frozen=True, slots=True)
class SlipFacts:
    """What a slip tells beside the token itself; `then` are the services after the first."""

    centre: Names
    service: Names
    timezone: str
    ahead: int
    wait: WaitRange
    address: str
    help: Names
    then: tuple[Names, ...] = ()


def compose(token: Token, facts: SlipFacts, now: datetime, language: str) -> Slip:
    """Return the slip of a token in a language, the service in English too."""

    def say(text: str, **values: Any) -> str:
        return translate(language, text, **values)

    told = [say("Hall {stage}", stage=token.step.stage), say("{n} before you", n=facts.ahead)]
    if facts.wait.high_min is not None:
        told.append(say("{low}–{high} min", low=facts.wait.low_min, high=facts.wait.high_min))
    names = [facts.service.get(code) for code in (language, SOURCE)]
    following = ", ".join(_named(then, language) for then in facts.then)
    return Slip(
        language=language,
        centre=_named(facts.centre, language),
        service=tuple(dict.fromkeys(name for name in names if name)),
        label=token.label,
        facts=" · ".join(told),
        issued=now.astimezone(ZoneInfo(facts.timezone)).strftime("%d-%m-%Y · %H:%M"),
        address=facts.address,
        address_caption=say("See it on your phone, or show it at the kiosk again"),
        promise=say("If your turn has passed, show this slip. Your place is kept."),
        help=_named(facts.help, language),
        party=token.party,
        then=say("Then: {services}", services=following) if following else "",
    )


def _named(names: Names, language: str) -> str:
    return names.get(language) or next(iter(names.values()))

"""Why a token was called when it was, and by whom it was overtaken, in words and in the reader's language."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from server.domain.centre import CentreState
from server.domain.errors import UnknownToken
from server.domain.events.event import Event
from server.domain.events.payloads import TokenCalled, TokenUndone
from server.domain.plan.plan import Plan
from server.domain.plan.series import read_label
from server.domain.token.jumps import Jump, passes_over
from server.domain.token.token import Token, TokenState
from server.services.setup.plans import plan_of
from server.storage.sql import centres, line, tokens
from server.storage.sql.events import events_of
from server.storage.transaction import Read
from server.wording.catalogue import translate
from server.wording.reasons import CALLED_FIRST, WhyFirst, sentence_of, why_first


@dataclass(frozen=True, slots=True)
class ExplainedCall:
    """A call: its event, its time on the centre's clock, where, and why; one that was taken back stays, and says so."""

    seq: int
    at: str
    stage: str
    counter: str | None
    rule: str
    text: str
    undone: bool


@dataclass(frozen=True, slots=True)
class CalledFirst:
    """Who was called before a token, and why, as everybody may know it."""

    label: str
    why: WhyFirst
    text: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """A token with each of its calls, and who was called before it at its present stage."""

    label: str
    day: str
    state: TokenState
    stage: str
    calls: tuple[ExplainedCall, ...]
    overtaken: tuple[CalledFirst, ...]


def explain(read: Read, centre: CentreState, label: str, day: date, language: str) -> Explanation:
    """Return why the token with a label of a day was called when it was; raises UnknownToken."""
    token = tokens.token_by_number(read, centre.id, day, *_number_of(label))
    return _explain(read, centre, token, day, language)


def _explain(read: Read, centre: CentreState, token: Token, day: date, language: str) -> Explanation:
    token = tokens.standing_for(read, centre.id, token)
    plan = plan_of(read, centre, day)
    jumps = line.jumps(read, centre.id, token.step.stage, token.step.entered_at)
    return Explanation(
        label=token.label,
        day=token.day.isoformat(),
        state=token.state,
        stage=token.step.stage,
        calls=tuple(_calls(list(events_of(read, centre.id, token.id)), centre, plan, language)),
        overtaken=tuple(
            called_first(read, centre, token, first, language) for first in overtakers_of(plan, token, jumps)
        ),
    )


def explain_now(read: Read, code: str, label: str, now: datetime, language: str) -> Explanation:
    """Return the explanation of who has a label: somebody still here, whatever day gave it, else the newest.

    Raises UnknownCentre, UnknownToken.
    """
    centre = centres.centre_by_code(read, code)
    token = tokens.latest_with_number(read, centre.id, *_number_of(label))
    if token is None:
        raise UnknownToken(f"{label} was not issued.")
    # Whom today's counters may call stands in today's plan, of whichever day the token is.
    return _explain(read, centre, token, token.day if token.ended else centre.today(now), language)


def overtakers_of(plan: Plan, token: Token, jumps: Iterable[Jump]) -> list[str]:
    """Return the labels of the younger that were called before a token at its present stage, the first first.

    Only calls of counters that could have called the token count.
    """
    over = [jump for jump in jumps if passes_over(jump, token.step)]
    return [jump.label for jump in over if plan.profile(jump.counter or "").takes(token.lane)]


def called_first(read: Read, centre: CentreState, token: Token, first: str, language: str) -> CalledFirst:
    """Return who was called before a token, and why, as everybody may know it."""
    why = why_first(_rule_of(read, centre, token, first))
    return CalledFirst(first, why, translate(language, CALLED_FIRST[why], label=first))


def _number_of(label: str) -> tuple[str, int]:
    number = read_label(label)
    if number is None:
        raise UnknownToken(f"“{label}” is not a number.")
    return number


def _calls(events: Sequence[Event], centre: CentreState, plan: Plan, language: str) -> Iterator[ExplainedCall]:
    zone = ZoneInfo(centre.timezone)
    undone = {event.payload.undoes for event in events if isinstance(event.payload, TokenUndone)}
    for event in events:
        if isinstance(event.payload, TokenCalled):
            step, reason = event.payload.token.step, event.payload.reason
            at, text = event.at.astimezone(zone).strftime("%H:%M:%S"), sentence_of(reason, plan, language)
            yield ExplainedCall(event.seq, at, step.stage, step.counter, reason.rule, text, event.seq in undone)


def _rule_of(read: Read, centre: CentreState, token: Token, first: str) -> str:
    """Return the rule by which another was called last at the stage at which a token waits."""
    number = read_label(first)
    if number is None:
        return ""
    # Who was called past somebody carried over has a number of the open day, or of theirs.
    open_day = None if token.ended else centre.open_day
    days = [day for day in (open_day, token.day) if day and tokens.number_exists(read, centre.id, day, *number)]
    if not days:
        return ""
    other = tokens.token_by_number(read, centre.id, days[0], *number)
    calls = [e.payload for e in events_of(read, centre.id, other.id) if isinstance(e.payload, TokenCalled)]
    here = [call.reason.rule for call in calls if call.token.step.stage == token.step.stage]
    return here[-1] if here else ""

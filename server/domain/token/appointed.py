"""What an appointment, or another token of the same person, makes of a token: its age is the older of the two."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Self

from server.domain.freezes import Moment
from server.domain.frozen import changed
from server.domain.token import changes
from server.domain.token.changes import Action, follow
from server.domain.token.token import Step, Token


@dataclass(frozen=True, slots=True)
class Appointed:
    """What a token is from now on; `aged_from` is the older of its own age and the one that it gets."""

    service: str
    route: str
    klass: str
    need: str | None
    needs_seal: str | None
    slot: datetime | None
    aged_from: datetime

    @classmethod
    def as_it_is(cls, token: Token) -> Self:
        """Return what a token is already."""
        return cls(token.service, token.route, token.klass, token.need, token.needs_seal, token.slot, token.aged_from)


def appoint(token: Token, to: Appointed, stages: Sequence[str], seq: int, at: Moment) -> tuple[Step | None, Token]:
    """Return the step that ends, if one does, and the token as it is appointed; `stages` are those of its route.

    Its open step is kept if it, or a way back that it holds, is on the route; else it waits at the beginning, as event
    `seq`. Raises IllegalTransition when it has ended.
    """
    follow(token.step.state, Action.CORRECT)
    # Only at the first stage the age is that in the centre: at a later one it counts from when it was entered.
    first = token.step.since == token.aged_from
    step = changed(token.step, since=min(token.step.since, to.aged_from)) if first else token.step
    known = replace(token, step=step, need=to.need, needs_seal=to.needs_seal, slot=to.slot, aged_from=to.aged_from)
    if to.service == token.service:
        return None, replace(known, klass=to.klass)
    after = changes.correct(known, to.service, to.klass, to.route, stages)
    if after.step.stage in stages or after.step.ways_back:
        return None, after
    return changes.move(after, stages[0], seq, at)


def joined(token: Token, other: Token) -> Token:
    """Return a token for the people of both: the larger party, and the further services of the two."""
    further = dict.fromkeys((*token.then, *other.then))
    further.pop(token.service, None)
    return replace(token, party=max(token.party, other.party), then=tuple(further))


def take_place(token: Token, other: Token) -> Token:
    """Return a token with the place of another one that waits at the same stage, if that is the older."""
    if token.ended or token.step.stage != other.step.stage or token.step.since <= other.step.since:
        return token
    return replace(token, step=changed(token.step, since=other.step.since))

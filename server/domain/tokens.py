"""A token and its open step as values, and the change each action makes to them."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import date, datetime
from typing import Any

from server.domain.journey import Stop
from server.domain.lifecycle import Action, StepState, TokenEnd, follow


@dataclass(frozen=True, slots=True)
class Step:
    """One stage of a token's way. `seq` is the number of the event that opened it: its name in the centre."""

    seq: int
    stage: str
    state: StepState
    entered_at: datetime
    back_to: str | None = None
    counter: str | None = None
    call: str | None = None
    calls: int = 0
    called_at: datetime | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
    outcome: str | None = None


@dataclass(frozen=True, slots=True)
class Token:
    """A citizen's turn. `klass` is the series it is called in, `label` what is printed, `ends` how it will end."""

    id: str
    day: date
    series: str
    number: int
    label: str
    klass: str
    service: str
    route: str
    language: str
    need: str | None
    issued_at: datetime
    step: Step
    decision: str | None = None
    ends: TokenEnd = TokenEnd.DONE
    ended_at: datetime | None = None

    @property
    def ended(self) -> bool:
        """Whether the token has reached a terminal state."""
        return self.ended_at is not None

    @property
    def state(self) -> str:
        """The state of the open step, else the terminal state."""
        return self.ends.value if self.ended else self.step.state.value


def call(token: Token, counter: str, call_id: str, now: datetime) -> Token:
    """Return `token` called to `counter`; raises IllegalTransition unless it waits."""
    state = follow(token.step.state, Action.CALL)
    return _step(token, state=state, counter=counter, call=call_id, calls=1, called_at=now)


def recall(token: Token, now: datetime) -> Token:
    """Return `token` called once more to the same counter; raises IllegalTransition unless it is called."""
    state = follow(token.step.state, Action.RECALL)
    return _step(token, state=state, calls=token.step.calls + 1, called_at=now)


def start(token: Token, now: datetime) -> Token:
    """Return `token` with its service begun; raises IllegalTransition unless it is called."""
    return _step(token, state=follow(token.step.state, Action.START), started_at=now)


def miss(token: Token) -> Token:
    """Return `token` as called and absent; raises IllegalTransition unless it is called."""
    return _step(token, state=follow(token.step.state, Action.MISS), counter=None)


def finish(token: Token, outcome: str, stop: Stop, seq: int, now: datetime) -> tuple[Step, Token]:
    """Close the open step with `outcome` and go where `stop` says; `seq` names the next step.

    Returns the closed step and the token after it. Raises IllegalTransition unless it is being served.
    """
    closed = _closed(token, Action.FINISH, now, outcome)
    after = replace(token, decision=stop.decision or token.decision, ends=stop.ends or token.ends)
    if stop.stage is None:
        return closed, replace(after, step=closed, ended_at=now)
    entered = Step(seq, stop.stage, StepState.WAITING, now, back_to=stop.back_to)
    return closed, replace(after, step=entered)


def cancel(token: Token, now: datetime) -> Token:
    """Return `token` cancelled; raises IllegalTransition when it is being served or has ended."""
    return _end(token, Action.CANCEL, TokenEnd.CANCELLED, now)


def expire(token: Token, now: datetime) -> Token:
    """Return `token` ended by the close of day: a missed one is a no-show, any other has expired."""
    missed = token.step.state is StepState.MISSED
    return _end(token, Action.EXPIRE, TokenEnd.NO_SHOW if missed else TokenEnd.EXPIRED, now)


def _end(token: Token, action: Action, ends: TokenEnd, now: datetime) -> Token:
    return replace(token, step=_closed(token, action, now, None), ends=ends, ended_at=now)


def _closed(token: Token, action: Action, now: datetime, outcome: str | None) -> Step:
    return replace(token.step, state=follow(token.step.state, action), ended_at=now, outcome=outcome)


def _step(token: Token, **changes: Any) -> Token:
    return replace(token, step=replace(token.step, **changes))


STEP_NAMES = tuple(field.name for field in fields(Step))
TOKEN_NAMES = tuple(field.name for field in fields(Token) if field.name != "step")


def to_record(token: Token) -> dict[str, Any]:
    """Return the whole token as JSON values, the shape that the event log keeps."""
    record = {name: _plain(getattr(token, name)) for name in TOKEN_NAMES}
    return record | {"step": {name: _plain(getattr(token.step, name)) for name in STEP_NAMES}}


def from_record(record: Mapping[str, Any]) -> Token:
    """Return the token that `to_record` wrote."""
    step = dict(record["step"])
    step["state"] = StepState(step["state"])
    for name in ("entered_at", "called_at", "started_at", "ended_at"):
        step[name] = _moment(step[name])
    return Token(
        **{
            **record,
            "step": Step(**step),
            "day": date.fromisoformat(record["day"]),
            "issued_at": _moment(record["issued_at"]),
            "ended_at": _moment(record["ended_at"]),
            "ends": TokenEnd(record["ends"]),
        }
    )


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return to_iso(value)
    return value.isoformat() if isinstance(value, date) else value


def to_iso(moment: datetime) -> str:
    """Return a UTC time as `2026-11-24T04:00:00.000Z`."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)

"""Views kept from one event to the next: each is made once, by whoever asks first, and shared by all who ask later.

What is kept belongs to the event with whose number it was made. Before it is given out, the reader asks the database
how far the centre has come; so it is as true as if it were made anew, whichever process wrote last.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from threading import Lock

from server.domain.calling.profile import Profile
from server.domain.centre import CentreState, Head
from server.domain.errors import UnknownCounter
from server.domain.plan.plan import Plan
from server.domain.token.jumps import Jump
from server.domain.token.token import Token
from server.services.figures.explanations import CalledFirst, called_first, overtakers_of
from server.services.floor.acts import ActView, acts_at, is_withdrawn
from server.services.floor.resting import is_over_from, resumes_at
from server.services.setup.plans import plan_of
from server.services.views.floor import Floor, StageNow, next_floor
from server.services.views.foresight import FRESH, REST, Foresight, foresee_stage, stranded_at
from server.services.views.line import KeptLine, LineKey, Seat, key_of, own_part, shared_line
from server.services.views.phone import (
    Behind,
    OvertakenView,
    Standing,
    is_waiting,
    overtaken_view,
    status_view,
)
from server.services.views.ready import Ready, json_bytes, ready
from server.services.views.snapshot import snapshot
from server.storage.sql import centres, events, line, steps, tokens
from server.storage.sql.steps import StageStay
from server.storage.transaction import Read

REMEMBERED_MAX = 5000


@dataclass(slots=True)
class OneStage:
    """A stage after one event, with what was made of it until now."""

    now: StageNow
    jumps: list[Jump] | None = None
    firsts: dict[tuple[str, str], CalledFirst] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class KeptStatus:
    """A status as it was made, and until when time alone leaves it so (None: always)."""

    answer: Ready
    until: datetime | None

    def holds_at(self, now: datetime) -> bool:
        """Whether it is still told at `now`, if nothing has happened."""
        return self.until is None or now < self.until


@dataclass(slots=True)
class Made:
    """All that was made of a centre after one event."""

    floor: Floor
    stages: dict[str, OneStage] = field(default_factory=dict)
    lines: dict[LineKey, KeptLine] = field(default_factory=dict)
    at_counters: dict[tuple[str, str | None], tuple[KeptLine, Ready]] = field(default_factory=dict)
    snapshots: dict[bool, Ready] = field(default_factory=dict)
    statuses: dict[str, KeptStatus] = field(default_factory=dict)

    def stage(self, code: str) -> OneStage:
        """Return a stage; what its views share is made once."""
        if code not in self.stages:
            self.stages[code] = OneStage(self.floor.stage(code))
        return self.stages[code]


@dataclass(slots=True)
class Lasting:
    """What outlasts an event: what was done last at each counter, the stages each token has passed, the foresights."""

    acts: dict[str, tuple[ActView, ...]] = field(default_factory=dict)
    stays: dict[str, tuple[int, list[StageStay]]] = field(default_factory=dict)
    foresights: dict[str, Foresight] = field(default_factory=dict)


class CentreViews:
    """The views of one centre.

    Any thread may ask for what is kept, which needs no more than how far the centre has come. What is not there is made
    by one thread at a time, which holds `making`; those who come meanwhile find it kept.
    """

    def __init__(self, centre_id: int, computed: Callable[[], None]) -> None:
        self._centre_id, self._computed = centre_id, computed
        self._made: Made | None = None
        self._lasting = Lasting()
        self.making = Lock()

    def head(self, read: Read, counter: str) -> Head:
        """Return how far the centre has come, by one statement; raises UnknownCentre."""
        return centres.head_of(read, self._centre_id, counter)

    def kept_line(self, head: Head, counter: str, now: datetime) -> Ready | None:
        """Return the line of a counter if it is ready: the fields of `OwnPart` and of `SharedLine`."""
        made = self._made_by(head, now)
        line_and_answer = made.at_counters.get((counter, head.operator)) if made else None
        if line_and_answer is None or not line_and_answer[0].holds_at(now):
            return None
        return line_and_answer[1]

    def kept_snapshot(self, head: Head, now: datetime, *, staff: bool) -> Ready | None:
        """Return the snapshot if it is ready."""
        made = self._made_by(head, now)
        return made.snapshots.get(staff) if made else None

    def kept_status(self, head: Head, token_id: str, now: datetime) -> Ready | None:
        """Return the status of a token if it is ready."""
        made = self._made_by(head, now)
        kept = made.statuses.get(token_id) if made else None
        return kept.answer if kept is not None and kept.holds_at(now) else None

    def line(self, read: Read, counter: str, now: datetime) -> Ready:
        """Return the line of a counter; raises UnknownCounter."""
        head = self.head(read, counter)
        made = self._renewed(read, head, now)
        facts = made.floor.counters.get(counter)
        if facts is None:
            raise UnknownCounter(f"There is no counter “{counter}” here.")
        stage = made.stage(facts.stage).now
        shared = self._shared(read, made, stage, made.floor.plan.profile(counter, head.operator), now)
        seat = Seat(head.operator, self._acts(read, made, counter))
        answer = ready(json_bytes(own_part(made.floor, stage, counter, seat)), shared.json)
        made.at_counters[counter, head.operator] = shared, answer
        return answer

    def snapshot(self, read: Read, now: datetime, *, staff: bool) -> Ready:
        """Return the snapshot of the centre."""
        made = self._renewed(read, self.head(read, ""), now)
        if staff not in made.snapshots:
            made.snapshots[staff] = ready(json_bytes(snapshot(made.floor, staff=staff)))
        return made.snapshots[staff]

    def status(self, read: Read, token_id: str, now: datetime) -> Ready:
        """Return the status of a token; raises UnknownToken."""
        made = self._renewed(read, self.head(read, ""), now)
        kept = made.statuses.get(token_id)
        if kept is None or not kept.holds_at(now):
            kept = made.statuses[token_id] = self._status(read, made, token_id, now)
        return kept.answer

    def _made_by(self, head: Head, now: datetime) -> Made | None:
        """Return what was made, if nothing has happened since and it is the same day."""
        made = self._made
        if made is None:
            return None
        centre = made.floor.centre
        # At or after `head`: a reader whose snapshot of the database is older is given the newer truth.
        same = centre.epoch == head.epoch and centre.event_seq >= head.seq and centre.today(now) == made.floor.day
        return made if same else None

    def _renewed(self, read: Read, head: Head, now: datetime) -> Made:
        """Return what is made of the centre as it stands in this snapshot of the database."""
        if made := self._made_by(head, now):
            return made
        centre, made = centres.centre_by_id(read, self._centre_id), self._made
        before = None if made is None else made.floor
        self._lasting = self._still_true(read, before, centre)
        self._made = made = Made(next_floor(before, read, centre, centre.today(now)))
        return made

    def _still_true(self, read: Read, before: Floor | None, centre: CentreState) -> Lasting:
        """Return what outlasts the events since `before`: nothing where history is another."""
        known = None if before is None else before.centre
        if known is None or known.epoch != centre.epoch or known.event_seq > centre.event_seq:
            return Lasting()
        changed = events.counters_between(read, centre.id, known.event_seq, centre.event_seq)
        acts = {counter: done for counter, done in self._lasting.acts.items() if counter not in changed}
        stays = self._lasting.stays if len(self._lasting.stays) < REMEMBERED_MAX else {}
        return Lasting(acts, stays, self._lasting.foresights)

    def _shared(self, read: Read, made: Made, stage: StageNow, profile: Profile, now: datetime) -> KeptLine:
        key = key_of(stage, profile)
        kept = made.lines.get(key)
        if kept is None or not kept.holds_at(now):
            passes = line.passes_of(read, self._centre_id, stage.code, profile.group)
            alone = stranded_at(read, made.floor, stage, now)
            kept = made.lines[key] = shared_line(made.floor, stage, profile, passes, now, alone)
            self._computed()
        return kept

    def _acts(self, read: Read, made: Made, counter: str) -> tuple[ActView, ...]:
        if counter not in self._lasting.acts:
            self._lasting.acts[counter] = tuple(acts_at(read, made.floor.centre, counter))
        return self._lasting.acts[counter]

    def _status(self, read: Read, made: Made, token_id: str, now: datetime) -> KeptStatus:
        floor = made.floor
        token = floor.tokens.get(token_id) or self._ended(read, token_id)
        plan = floor.plan if token.day == floor.day else plan_of(read, floor.centre, token.day)
        standing, until = Standing(None, 0, floor.counters_at(token.step.stage)), self._rests_from(read, made, now)
        if not token.ended:
            standing = replace(standing, resumes_at=resumes_at(read, floor.centre, now))
        if is_waiting(token):
            foresight = self._foresight(read, made, token, now)
            standing = replace(
                standing, forecast=foresight.of(floor, token), older=foresight.queue.older(token.waiting)
            )
            # One that rests may not know who has just come: so nothing that it says is kept beyond its rest.
            until = min(until, foresight.at + FRESH if foresight.seq == floor.centre.event_seq else now + REST)
        overtaken = self._overtaken(read, made, plan, token, standing)
        behind = Behind(self._stays(read, token), overtaken, is_withdrawn(read, self._centre_id, token))
        answer = ready(json_bytes(status_view(floor.centre, plan, token, standing, behind)))
        return KeptStatus(answer, None if token.ended else until)

    def _rests_from(self, read: Read, made: Made, now: datetime) -> datetime:
        """Return until when time alone does not let the centre rest, or open again."""
        over = is_over_from(read, made.floor.centre)
        return over if over is not None and now < over else now + FRESH

    def _ended(self, read: Read, token_id: str) -> Token:
        """Return a token that has ended, or the one that it was merged into."""
        return tokens.standing_for(read, self._centre_id, tokens.token_by_id(read, self._centre_id, token_id))

    def _foresight(self, read: Read, made: Made, token: Token, now: datetime) -> Foresight:
        """Return what is foreseen of the stage at which somebody waits."""
        stage, kept = made.stage(token.step.stage).now, self._lasting.foresights.get(token.step.stage)
        # One that rests may be older than the step of somebody who has just come.
        if kept is None or not kept.holds(made.floor.centre.event_seq, now) or token.step.seq not in kept.steps:
            kept = self._lasting.foresights[stage.code] = foresee_stage(read, made.floor, stage, now)
        return kept

    def _overtaken(self, read: Read, made: Made, plan: Plan, token: Token, standing: Standing) -> OvertakenView | None:
        stage = made.stage(token.step.stage)
        labels = overtakers_of(plan, token, self._jumps(read, stage)) if is_waiting(token) else []
        if not labels:
            return None
        key = labels[-1], token.language
        if key not in stage.firsts:
            stage.firsts[key] = called_first(read, made.floor.centre, token, *key)
        return overtaken_view(plan, token, standing, len(labels), stage.firsts[key])

    def _jumps(self, read: Read, stage: OneStage) -> list[Jump]:
        if stage.jumps is None:
            entered = [token.step.entered_at for token in stage.now.tokens]
            stage.jumps = line.jumps(read, self._centre_id, stage.now.code, min(entered)) if entered else []
        return stage.jumps

    def _stays(self, read: Read, token: Token) -> list[StageStay]:
        """Return the stages a token has entered; they are others only when it has entered one more, or one less."""
        known = self._lasting.stays.get(token.id)
        if known is None or known[0] != token.step.seq or token.ended:
            known = self._lasting.stays[token.id] = token.step.seq, steps.stages_of(read, token.id)
        return known[1]


class Projections:
    """The views of all centres; `computed` is called for each line that was put in order."""

    def __init__(self, computed: Callable[[], None]) -> None:
        self._computed = computed
        self._centres: dict[int, CentreViews] = {}

    def of(self, centre_id: int) -> CentreViews:
        """Return the views of a centre."""
        return self._centres.setdefault(centre_id, CentreViews(centre_id, self._computed))

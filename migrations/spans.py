"""The spans of steps counted from the log, for revision 0102: it does the same for ever, so it imports no rule."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

BLOCK = 500
KEPT_MS = timedelta(days=2) // timedelta(milliseconds=1)
UNDO_MS = timedelta(hours=4) // timedelta(milliseconds=1)
LOOKED_AT = 40
STOPS = frozenset({"centre.frozen", "centre.resumed", "notice.set", "notice.lifted"})
SPAN_OF = {
    "waiting": "waiting",
    "called": "coming",
    "serving": "serving",
    "held": "parked",
    "paused": "away",
    "missed": "away",
}
SPENT = ("waiting", "coming", "serving", "parked", "away")
SPANS = (*SPENT, "stopped")
Json = Mapping[str, Any]  # of an event, in the form of its version

EVENT = sa.table(
    "event", sa.column("centre_id"), sa.column("seq"), sa.column("at"), sa.column("kind"), sa.column("data", sa.JSON)
)
STEP = sa.table("step", *map(sa.column, ("centre_id", "seq", "state_since", *SPANS, "waited", "jumped_at")))
TOKEN = sa.table("token", sa.column("id"), sa.column("stayed"))
WRITE_STEP = (
    sa.update(STEP)
    .where(STEP.c.centre_id == sa.bindparam("centre"), STEP.c.seq == sa.bindparam("step"))
    .values({name: sa.bindparam(name) for name in ("state_since", *SPANS, "waited", "jumped_at")})
)
WRITE_TOKEN = sa.update(TOKEN).where(TOKEN.c.id == sa.bindparam("token")).values(stayed=sa.bindparam("stayed"))
# Steps of which the log says nothing: as far as their moments tell.
THE_REST = """
    UPDATE step SET state_since = coalesce(ended_at, started_at, first_called, entered_at),
        waiting = coalesce(first_called, ended_at, entered_at) - entered_at,
        coming = coalesce(started_at - first_called, 0), serving = coalesce(ended_at - started_at, 0),
        waited = first_called - entered_at, jumped_at = CASE WHEN jumped THEN last_called END
    WHERE state_since = 0
"""


@dataclass(frozen=True, slots=True)
class Life:
    """A token at its present step; times in milliseconds since 1970."""

    step: int
    state: str
    state_since: int
    sums: Json = field(default_factory=lambda: dict.fromkeys(SPANS, 0))
    waited: int | None = None
    jumped_at: int | None = None
    stayed: int = 0

    @property
    def row(self) -> Json:
        """The columns of its step."""
        return {"step": self.step, "state_since": self.state_since, **self.sums, **self.calls}

    @property
    def calls(self) -> Json:
        """What its first call, and one before its turn, have left."""
        return {"waited": self.waited, "jumped_at": self.jumped_at}


def count_anew(conn: sa.Connection) -> None:
    """Write the spans of all steps, and the stays of all tokens, as their events tell them."""
    for (centre,) in conn.execute(sa.text("SELECT id FROM centre ORDER BY id")).all():
        walk = _Walk()
        for events in _blocks(conn, centre):
            for event in events:
                walk.take(*event)
            _write(conn, centre, walk)
        walk.finish()
        _write(conn, centre, walk)
    conn.execute(sa.text(THE_REST))


def _blocks(conn: sa.Connection, centre: int) -> Iterator[list[Any]]:
    """Return (seq, at, kind, data) of the events of a centre, in blocks."""
    last = conn.execute(sa.text("SELECT event_seq FROM centre WHERE id = :id"), {"id": centre}).scalar_one()
    query = sa.select(EVENT.c.seq, EVENT.c.at, EVENT.c.kind, EVENT.c.data).where(EVENT.c.centre_id == centre)
    for begin in range(0, last, BLOCK):
        within = query.where(EVENT.c.seq > begin, EVENT.c.seq <= begin + BLOCK)
        yield [tuple(row) for row in conn.execute(within.order_by(EVENT.c.seq))]


def _write(conn: sa.Connection, centre: int, walk: "_Walk") -> None:
    if walk.steps:
        conn.execute(WRITE_STEP, [{**row, "centre": centre} for row in walk.steps.values()])
    if walk.stays:
        conn.execute(WRITE_TOKEN, [{"token": token, "stayed": stayed} for token, stayed in walk.stays.items()])
    walk.steps.clear()
    walk.stays.clear()


class _Walk:
    """Goes through the events of a centre. Memory grows with the tokens under way, not with the history."""

    def __init__(self) -> None:
        self.steps: dict[int, Json] = {}
        self.stays: dict[str, int] = {}
        self._freezes: list[tuple[int, int | None]] = []
        self._lives: dict[str, Life] = {}
        self._past: dict[str, list[tuple[int, Life]]] = {}
        self._ended: dict[str, int] = {}

    def take(self, seq: int, at: int, kind: str, data: Json) -> None:
        """Go on to the next event."""
        if kind in STOPS:
            self._stand(at, stopped=data.get("frozen", kind == "centre.frozen"))
        elif "token" in data:
            self._change(seq, at, kind, data)

    def _stand(self, at: int, *, stopped: bool) -> None:
        """Take over whether the centre stands from now on; what it does already changes nothing."""
        if stopped is (bool(self._freezes) and self._freezes[-1][1] is None):
            return
        if stopped:
            self._freezes = [*(f for f in self._freezes if f[1] and f[1] > at - KEPT_MS), (at, None)]
        else:
            self._freezes[-1] = self._freezes[-1][0], at

    def finish(self) -> None:
        """Keep the steps of those who are still there."""
        for token, life in self._lives.items():
            self._keep(token, life)

    def _change(self, seq: int, at: int, kind: str, data: Json) -> None:
        token, before = data["token"]["id"], self._lives.get(data["token"]["id"])
        if kind == "token.issued" or before is None:
            life = _begun(data["token"])
            self._forget(at)
        elif kind == "token.undone":
            life = self._before(token, data["undoes"], before)
        else:
            self._past.setdefault(token, []).append((seq, before))
            del self._past[token][:-LOOKED_AT]
            life = self._moved(token, before, data["token"]["step"], at, called=kind == "token.called")
        self._lives[token] = life
        self._ended.pop(token, None)
        if data["token"].get("ended_at"):
            self._keep(token, life)
            self._ended[token] = at

    def _moved(self, token: str, before: Life, step: Json, at: int, *, called: bool) -> Life:
        """Return a life after an event at `at`: in another state, in another step, or as it was."""
        if (step["seq"], step["state"]) == (before.step, before.state):
            return before
        life = self._turned(before, at)
        if called:
            waited = life.sums["waiting"] if life.waited is None else life.waited
            life = replace(life, waited=waited, jumped_at=at if step.get("jumped") else life.jumped_at)
            life = replace(life, jumped_at=_ms(step["jumped_at"])) if step.get("jumped_at") else life
        if step["seq"] == before.step:
            return replace(life, state=step["state"])
        self._keep(token, life)
        stayed = life.stayed + sum(life.sums[name] for name in SPENT)
        return Life(step["seq"], step["state"], at, stayed=stayed)

    def _turned(self, life: Life, at: int) -> Life:
        span = SPAN_OF.get(life.state)
        if span is None:
            return life
        active = self._active(life.state_since, at)
        stopped = life.sums["stopped"] + at - life.state_since - active
        return replace(life, state_since=at, sums={**life.sums, span: life.sums[span] + active, "stopped": stopped})

    def _active(self, begin: int, end: int) -> int:
        total, counted = end - begin, begin
        for frozen_at, resumed_at in sorted(self._freezes, key=lambda freeze: freeze[0]):
            first, last = max(counted, frozen_at), min(end, resumed_at or end)
            if last > first:
                total, counted = total - (last - first), last
        return total

    def _before(self, token: str, undoes: int, present: Life) -> Life:
        """Return a life as it was before an event that was taken back."""
        past = self._past.get(token, [])
        return past.pop()[1] if past and past[-1][0] == undoes else present

    def _keep(self, token: str, life: Life) -> None:
        self.steps[life.step], self.stays[token] = life.row, life.stayed

    def _forget(self, now: int) -> None:
        """Let those go who ended long ago, which nobody can undo."""
        for token in [token for token, at in self._ended.items() if at < now - UNDO_MS]:
            del self._lives[token], self._ended[token]
            self._past.pop(token, None)


def _begun(token: Json) -> Life:
    return Life(token["step"]["seq"], token["step"]["state"], _ms(token["issued_at"]))


def _ms(text: str) -> int:
    return round(datetime.fromisoformat(text).timestamp() * 1000)

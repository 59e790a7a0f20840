"""How centres and the installation go on from a backup: what was done after it is lost, and no number comes twice."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from server.domain.actors import CLI, By
from server.domain.errors import InvalidInput
from server.domain.events.installation import Restored
from server.domain.events.payloads import CentreRestored
from server.domain.instants import to_iso
from server.domain.plan.series import Series
from server.services.setup.plans import plan_now
from server.storage.installation import InstallationLog
from server.storage.sql import numbers, outbox, people, presence
from server.storage.transaction import Transaction


@dataclass(frozen=True, slots=True)
class Lost:
    """What a person says of the time between a backup and the restore.

    `last` is the highest number that was given in a series, by letter; `nothing` that nothing was done at all, because
    the servers were stopped before the backup was made.
    """

    last: Mapping[str, int]
    nothing: bool = False


def centre_goes_on(
    tx: Transaction, made_at: datetime, epoch: str, lost: Lost, by: By = CLI
) -> dict[date, dict[str, int]]:
    """Let a centre go on from a backup made at an instant, in a new epoch; returns after which number each series does.

    The day that is open in the backup may be over, and another have been open since: both count. Raises InvalidInput,
    which names the series for which nobody knows where they go on.
    """
    after = {} if lost.nothing else {day: _after(tx, day, lost.last) for day in _days(tx)}
    for day, series in after.items():
        for letter, last in series.items():
            numbers.set_last_number(tx.conn, tx.centre.id, day, letter, last)
    if not lost.nothing:
        outbox.leave_open_jobs(tx.conn, tx.centre.id, "It was open when the server was restored; paper may be out.")
    numbers_after = {day.isoformat(): dict(series) for day, series in after.items() if series}
    was = tx.centre.epoch
    tx.change_centre(epoch=epoch)
    tx.record(CentreRestored(made_at, was, numbers_after), by)
    return after


def installation_goes_on(
    tx: Transaction,
    made_at: datetime,
    now: datetime,
    by: By = CLI,
    *,
    persons: tuple[int, ...] = (),
    alone: str | None = None,
) -> int:
    """Take down that the installation goes on from a backup, and end all sessions; returns how many.

    `persons` are the numbers of who restored and of a second person, where one was asked for; or why it was done
    `alone`.
    """
    log = InstallationLog(tx, now)
    presence.hold_people(tx.conn)
    presence.move_auth(tx.conn)
    log.record(Restored(to_iso(made_at), persons, alone=alone is not None, reason=alone), by)
    return people.end_all_sessions(tx.conn)


def _days(tx: Transaction) -> list[date]:
    return sorted({tx.today, tx.centre.calendar_day(tx.now)})


def _after(tx: Transaction, day: date, stated: Mapping[str, int]) -> dict[str, int]:
    """Return after which number each series goes on that does not go on after its last known one."""
    series = plan_now(tx).series
    if unknown := sorted(stated.keys() - series.keys()):
        raise InvalidInput(f"There is no series {', '.join(unknown)} in {tx.centre.code}.")
    used = {letter: numbers.last_number(tx.conn, tx.centre.id, day, letter) for letter in series}
    after = dict(_last_numbers(series, used, stated))
    return {letter: last for letter, last in after.items() if last > used[letter]}


def _last_numbers(
    series: Mapping[str, Series], used: Mapping[str, int], stated: Mapping[str, int]
) -> Iterator[tuple[str, int]]:
    spare = {each.overflow for each in series.values()}
    in_doubt = []
    for letter, each in sorted(series.items()):
        if letter in stated:
            yield letter, _stated(each, used[letter], stated[letter])
        elif letter in spare and not used[letter]:
            continue  # it begins when the one before it is full
        elif each.overflow is None and used[letter] < each.last:
            in_doubt.append(letter)
        else:
            yield letter, each.last
    if in_doubt:
        options = " ".join(f"--last {letter}=…" for letter in in_doubt)
        raise InvalidInput(
            f"Nobody knows where series {', '.join(in_doubt)} goes on: it has no other to go on in. Say the highest "
            f"number that is out, 0 for none: {options}"
        )


def _stated(series: Series, used: int, last: int) -> int:
    if last and not series.first <= last <= series.last:
        raise InvalidInput(f"{series.letter}={last} is not in its range, {series.first} to {series.last}.")
    if last < used:
        raise InvalidInput(f"{series.letter}={last} cannot be the highest number: the backup has {used}.")
    return last

"""Going on from a backup, in an empty database."""

import secrets
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from functools import partial
from pathlib import Path

import click

from server.clock import SystemClock
from server.config import Settings
from server.domain.actors import By
from server.operations.at_machine import at_machine
from server.operations.backups import (
    IDENTITY,
    PASSPHRASE,
    TAIL,
    THERE,
    Opening,
    Restored,
    contents,
    faults_of,
    scratch,
)
from server.operations.in_force import Ask, InForce, let_in_force, prompted
from server.operations.shared import settings_of
from server.services.backups.files import with_new_file
from server.services.backups.going_on import Lost, centre_goes_on, installation_goes_on
from server.services.backups.sealing import CannotOpen
from server.services.people.seats import STAFF
from server.services.person_data.erasures import LIST, apply, marks_in
from server.services.person_data.leaving import Round
from server.services.setup.secret import keys_of, numbers_of
from server.storage import copies, schema
from server.storage.database import Database
from server.storage.sql.centres import all_centres
from server.storage.sql.person_data import marks_erased
from server.storage.transaction import Transaction

After = Mapping[str, Mapping[date, Mapping[str, int]]]
"""After which number a series goes on, by centre, day and letter."""


@click.command()
@click.argument("file", type=THERE)
@IDENTITY
@PASSPHRASE
@TAIL
@click.option("--erasures", type=THERE, help="List of what was erased since, beside those that lie with the backups.")
@click.option("--last", "stated", multiple=True, help="Highest number that is out in a series: N=387, or PSK-1:N=387.")
@click.option("--nothing-since", is_flag=True, help="Nothing was done after the backup: servers were stopped.")
@click.option("--alone", metavar="REASON", help="Go on without a second person where one is asked for: on record.")
@click.option("--with-faults", is_flag=True, help="Go on from a record in which promises were broken, too.")
def restore(
    file: Path,
    identity: Path | None,
    passphrase_file: Path | None,
    tail: Path | None,
    erasures: Path | None,
    stated: Sequence[str],
    nothing_since: bool,
    alone: str | None,
    with_faults: bool,
) -> None:
    """Go on from a backup and the tail, in an empty database; series go on where no number can come twice."""
    opening = Opening(identity, passphrase_file, tail)
    lines = go_on_from(
        *(settings_of(), file, opening, stated, nothing_since, erasures),
        ask=prompted,
        alone=alone,
        with_faults=with_faults,
    )
    click.echo("\n".join(lines))


def go_on_from(
    settings: Settings,
    file: Path,
    opening: Opening,
    stated: Sequence[str],
    nothing_since: bool,
    erasures: Path | None = None,
    *,
    ask: Ask,
    alone: str | None = None,
    with_faults: bool = False,
    tell: Callable[[str], None] = lambda step: None,
) -> list[str]:
    """Go on from a backup and return what there is to say; `tell` hears of each step.

    Where a second person has to approve it two are asked by `ask`, unless somebody does it `alone`, for a reason.
    Raises CannotOpen, WrongSchema, ValueError, LookupError, OSError and Refused: nothing was restored then.
    """
    lost = _lost(stated, nothing=nothing_since)
    _require_free(settings.database)
    with scratch(file, opening) as (restored, db):
        holding, secret = restored.holding, restored.secret
        if not holding.complete:
            raise CannotOpen(f"{file} holds nothing of people: nobody can go on from it.")
        _require_our_secret(settings, secret)
        keys = None if secret is None else keys_of(db.read(numbers_of), secret)
        in_force = let_in_force(settings, db, keys, ask, alone)
        tell("Proving that every promise was kept")
        after, sessions = _go_on(db, restored.until, lost, in_force)
        erased = _forget(db, settings, secret, _erased(settings, file, opening.tail, erasures))
        if (faults := db.read(lambda read: faults_of(read, holding))) and not with_faults:
            centre, fault = faults[0]
            raise ValueError(f"{centre}, event {fault.seq}: {fault.text} Nothing was restored; see --with-faults.")
        tell("Writing the database")
        _keep_secret(settings, secret)
        db.read(lambda read: copies.fill(settings.database, schema.revision_of(read) or "", copies.through(read)))
    forgotten = [f"Erased again: what was known by {erased} tokens and bookings."] if erased else []
    return [*contents(restored), *_told(restored, after, sessions, len(faults)), *forgotten]


def _lost(stated: Sequence[str], *, nothing: bool) -> dict[str | None, Lost]:
    """Return what is said of the lost time, by the code of a centre; None for the only one. Raises ValueError."""
    last: dict[str | None, dict[str, int]] = {None: {}}
    for text in stated:
        series, _, number = text.partition("=")
        code, _, letter = series.rpartition(":")
        if not letter.isalpha() or not number.isdecimal():
            raise ValueError(f"--last {text} is not like N=387 or PSK-1:N=387")
        last.setdefault(code or None, {})[letter.upper()] = int(number)
    if nothing and stated:
        raise ValueError("say either --last or --nothing-since")
    return {code: Lost(numbers, nothing) for code, numbers in last.items()}


def _require_free(url: str) -> None:
    db = Database(url)
    try:
        db.read(copies.require_free)
    finally:
        db.close()


def _require_our_secret(settings: Settings, secret: bytes | None) -> None:
    if secret is not None and settings.has_secret and settings.secret() != secret:
        raise ValueError(
            f"The secret at hand (BAARI_SECRET_KEY, or the file in {settings.data_dir}) is another than that of the "
            "backup. Take it away: the backup brings its own."
        )


def _keep_secret(settings: Settings, secret: bytes | None) -> None:
    """Write the secret before the database has anything that needs it."""
    if secret is not None and not settings.has_secret:
        with with_new_file(settings.data_dir / "secret_key") as file:
            file.write(secret)


def _go_on(db: Database, until: datetime, lost: Mapping[str | None, Lost], in_force: InForce) -> tuple[After, int]:
    by = By(f"{STAFF}{in_force.persons[0]}") if in_force.persons else at_machine()
    centres = db.read(all_centres)
    codes = {centre.code for centre in centres}
    if strange := sorted(code for code in lost if code is not None and code not in codes):
        raise LookupError(f"there is no centre {', '.join(strange)} in this backup")
    if len(centres) > 1 and lost[None].last:
        raise ValueError(f"name the centre of --last: {sorted(codes)[0]}:N=387")
    after = {}
    for centre in centres:
        said, epoch = lost.get(centre.code, lost[None]), secrets.token_hex(4)
        after[centre.code] = db.write(centre.id, partial(centre_goes_on, made_at=until, epoch=epoch, lost=said, by=by))
    now = SystemClock().now()

    def installation(tx: Transaction) -> int:
        return installation_goes_on(tx, until, now, by, persons=in_force.persons, alone=in_force.alone)

    return after, db.write(None, installation)


def _erased(settings: Settings, file: Path, tail: Path | None, named: Path | None) -> set[str]:
    """Return the marks of what was erased since: of the list that is named, and of all that the places here have."""
    places = {file.parent, tail, settings.backup_dir, settings.tail_dir} - {None}
    lists = [folder / LIST for folder in places if folder is not None]
    return set().union(*map(marks_in, lists if named is None else [*lists, named]))


def _forget(db: Database, settings: Settings, secret: bytes | None, listed: set[str]) -> int:
    """Erase again what was erased since the backup, and let leave the floor what is due; returns of how many."""
    if secret is None:
        return 0
    keys, real = keys_of(db.read(numbers_of), secret), SystemClock().now()
    erased = apply(db, keys, listed | db.read(marks_erased), real, at_machine())
    for centre in db.read(all_centres):
        Round(db, keys, settings.terms, centre.id, db.now(centre.id), real).run(at_machine())
    return erased


def _told(restored: Restored, after: After, sessions: int, faults: int) -> list[str]:
    lines = [f"Restored, and {f'{faults} promises are broken' if faults else 'every promise is kept'}."]
    for code, days in after.items():
        for day, series in days.items() if days else [("all days", {})]:
            numbers = ", ".join(f"{letter} after {last}" for letter, last in series.items())
            lines.append(f"{code}, {day}: {numbers or 'every series goes on after its last number'}.")
    return [
        *lines,
        f"{sessions} people were signed in, and sign in again.",
        f"Keys and people are those of {restored.until:%Y-%m-%d %H:%M:%S} UTC: revoke again what was revoked since.",
        "Next: start the servers.",
    ]

"""Backups on the command line: make one, and prove one in a scratch database."""

import os
import shutil
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import BinaryIO

import click

from server.clock import SystemClock
from server.config import Settings
from server.operations.records import judged
from server.operations.shared import our_secret, settings_of, with_database
from server.services.backups import sealing
from server.services.backups.files import with_new_file
from server.services.backups.holding import Content, Holding, write
from server.services.backups.sealing import CannotOpen, Seal
from server.services.backups.tail import Tail, joined
from server.services.backups.tail_folder import segments_after
from server.services.proof.installation import verify_chain
from server.services.proof.verify import Fault, verify_log
from server.services.setup.secret import is_needed
from server.storage import copies
from server.storage.database import Database
from server.storage.sql.centres import all_centres
from server.storage.transaction import Read

FILE = click.Path(dir_okay=False, path_type=Path)
THERE = click.Path(exists=True, dir_okay=False, path_type=Path)
PASSPHRASE = click.option("--passphrase-file", type=THERE, help="File whose first line is the passphrase.")
TAIL = click.option(
    "--tail",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder of the tail, as BAARI_TAIL_DIR.",
)
IDENTITY = click.option("--identity", type=THERE, help="File of an identity, as `age -i` takes it.")


class WithDefault(click.Group):
    """A group whose command `make` is meant where none is named: `baari backup FILE`."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Take what names no command as the file, or an option, of `make`."""
        named = not args or args[0] in self.commands or args[0] == "--help"
        return super().parse_args(ctx, args if named else ["make", *args])


@click.group(cls=WithDefault)
def backup() -> None:
    """Back the database up into a file: baari backup FILE. With `verify`: prove a backup."""


@backup.command()
@click.argument("file", type=FILE)
@click.option("--recipients", type=THERE, help="File of recipients, as `age -R` takes it.")
@PASSPHRASE
def make(file: Path, recipients: Path | None, passphrase_file: Path | None) -> None:
    """Back the database up into a file while servers go on; one that is there stays as it is."""
    settings = settings_of()
    seal = seal_of(settings, recipients, passphrase_file, asked=True)
    click.echo("\n".join(summary(keep(file, seal), file)))


@backup.command()
@click.argument("file", type=THERE)
@IDENTITY
@PASSPHRASE
@TAIL
def verify(file: Path, identity: Path | None, passphrase_file: Path | None, tail: Path | None) -> None:
    """Restore a backup into a scratch database and replay its logs; exit 1 with the fault."""
    with scratch(file, Opening(identity, passphrase_file, tail)) as (content, db):
        faults = db.read(lambda read: faults_of(read, content.holding))
    click.echo("\n".join(contents(content)))
    for centre, fault in faults[:1]:
        click.echo(f"{centre}, event {fault.seq}: {fault.text} ({fault.code})")
    click.echo(f"{len(faults)} promises broken." if faults else "Every promise kept.")
    sys.exit(1 if faults else 0)


@dataclass(frozen=True, slots=True)
class Opening:
    """What is at hand to open a backup, and the folder of the tail that goes on from it, if any."""

    identity: Path | None
    passphrase_file: Path | None
    tail: Path | None = None


@dataclass(frozen=True, slots=True)
class Restored:
    """What a backup held, and up to when: it was made then, or the tail ends then. `segments` of the tail were read."""

    holding: Holding
    secret: bytes | None
    until: datetime
    segments: int = 0


def seal_of(settings: Settings, recipients: Path | None, passphrase_file: Path | None, *, asked: bool) -> Seal:
    """Return who can open a backup: by options, by settings, or by what is typed (`asked`); raises ValueError."""
    if recipients is None and passphrase_file is None:
        recipients, passphrase_file = settings.backup_recipients, settings.backup_passphrase_file
    if recipients is not None:
        lines = sealing.lines_of(recipients.read_text("utf-8"))
        for line in lines:
            sealing.recipient(line)
        if not lines:
            raise ValueError(f"{recipients} names no recipient")
        return Seal(recipients=lines)
    phrase = settings.backup_passphrase if passphrase_file is None else first_line(passphrase_file)
    if not phrase and asked and sys.stdin.isatty():
        phrase = click.prompt(
            "Passphrase (none: the backup holds neither secrets nor people)",
            default="",
            hide_input=True,
            show_default=False,
            confirmation_prompt=True,
        )
    return Seal(passphrase=phrase)


def first_line(file: Path, what: str = "passphrase") -> str:
    """Return what stands in the first line of a file; raises ValueError where that is nothing."""
    line = file.read_text("utf-8").partition("\n")[0].strip()
    if not line:
        raise ValueError(f"{file} holds no {what} in its first line")
    return line


def keep(file: Path, seal: Seal) -> Holding:
    """Write a backup under a name that is free, which nothing has until it is whole; raises FileExistsError."""
    with with_new_file(file) as out, sealing.sealed(out, seal) as content:
        return with_database(lambda db: _write(db, content, SystemClock().now(), complete=not seal.is_open))


def _write(db: Database, out: BinaryIO, now: datetime, *, complete: bool) -> Holding:
    known = settings_of().has_secret or db.read(is_needed)
    secret = our_secret(db) if complete and known else None
    return db.read(lambda read: write(read, out, now, secret, complete=complete))


@contextmanager
def scratch(file: Path, opening: Opening) -> Iterator[tuple[Restored, Database]]:
    """Give what a backup held, with the tail, and a database of it, which is removed afterwards.

    Raises CannotOpen, WrongSchema.
    """
    settings = settings_of()
    _clear_up(settings.data_dir)
    with (
        TemporaryDirectory(prefix=f"scratch-{os.getpid()}-", dir=settings.data_dir) as folder,
        file.open("rb") as sealed_file,
    ):
        url = f"sqlite:///{Path(folder).absolute() / 'baari.sqlite'}"
        keys = [] if opening.identity is None else sealing.identities(opening.identity.read_text("utf-8"))
        phrase = _phrase(settings, sealed_file, opening.passphrase_file)
        try:
            with sealing.opened(sealed_file, keys, phrase) as archive:
                content = Content(archive)
                tail = _tail(opening, content, keys, phrase)
                copies.fill(url, content.holding.schema, content.tables(), tail.changes(), synchronous="OFF")
        except CannotOpen as error:
            raise CannotOpen(f"{file}: {error}") from error
        db = Database(url, synchronous="OFF")
        try:
            until = tail.until or content.holding.made_at
            yield Restored(content.holding, content.secret, until, tail.segments), db
        finally:
            db.close()


def _tail(opening: Opening, content: Content, keys: Sequence[sealing.Key], phrase: str) -> Tail:
    """Return the tail that goes on from a backup; raises CannotOpen when it does not."""
    tail, mark = Tail(), content.holding.mark
    if opening.tail is not None:
        for segment in joined(segments_after(opening.tail, mark, keys, phrase), mark, content.holding.schema):
            tail.add(segment)
    return tail


def _clear_up(folder: Path) -> None:
    """Remove the scratch databases of commands that were killed."""
    for left in folder.glob("scratch-*-*"):
        if not Path(f"/proc/{left.name.split('-')[1]}").exists():
            shutil.rmtree(left, ignore_errors=True)


def _phrase(settings: Settings, file: BinaryIO, passphrase_file: Path | None) -> str:
    begin = file.read(len(sealing.BY_PASSPHRASE))
    file.seek(0)
    if not sealing.needs_passphrase(begin):
        return ""
    if passphrase_file is None:
        passphrase_file = settings.backup_passphrase_file
    phrase = settings.backup_passphrase if passphrase_file is None else first_line(passphrase_file)
    return phrase or str(click.prompt("Passphrase", hide_input=True))


def faults_of(read: Read, holding: Holding) -> list[tuple[str, Fault]]:
    """Replay a restored database: what is wrong, by centre. Of one that is not complete the logs alone are replayed."""
    if holding.complete:
        verdicts, people = judged(read, {})
    else:
        verdicts, people = {c.code: verify_log(read, c) for c in all_centres(read)}, verify_chain(read, {})
    every = [*verdicts.items(), ("The installation", people)]
    return [(name, fault) for name, verdict in every for fault in verdict.faults]


def summary(holding: Holding, file: Path) -> list[str]:
    """Return what is said of a backup that was made."""
    lines = [f"{file}: {file.stat().st_size / 1_000_000:.1f} MB.", *held(holding)]
    if not holding.complete:
        lines.append("Nobody can go on from it: with --passphrase-file or --recipients a backup holds all.")
    return lines


def contents(restored: Restored) -> list[str]:
    """Return what is said of what a backup, with the tail, holds."""
    lines = held(restored.holding)
    if restored.segments:
        lines.append(f"The tail goes on from it up to {restored.until:%Y-%m-%d %H:%M:%S} UTC.")
    return lines


def held(holding: Holding) -> list[str]:
    """Return what is said of what a backup holds."""
    lines = [f"Made {holding.made_at:%Y-%m-%d %H:%M:%S} UTC, schema {holding.schema}."]
    for centre in holding.centres:
        days = f"days {centre.first_day} to {centre.last_day}" if centre.first_day else "no day yet"
        lines.append(f"{centre.code}: {centre.events} events, {days}.")
    lines.append(f"The installation: {holding.installation_events} events.")
    return [*lines, *([f"Left out: {'; '.join(holding.left_out)}."] if holding.left_out else [])]

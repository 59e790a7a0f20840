"""The screens of a centre: pair one by the code that it shows, list and revoke them."""

from datetime import datetime, timedelta

import click

from server.clock import SystemClock
from server.domain.instants import to_iso
from server.domain.screens import Screen, screen_of
from server.operations.at_machine import at_machine
from server.operations.shared import CENTRE, only_centre, with_database
from server.services.people import pairing, screens
from server.services.people.pairing import PairingView
from server.services.people.screens import PairedView, ScreenView
from server.storage.database import Database


@click.group()
def device() -> None:
    """Kiosks, boards and consoles."""


@device.command("pair")
@click.argument("code")
@click.option("--as", "as_screen", help="As which screen: kiosk:K1, board:board-a, counter:G1; else as it says.")
@click.option("--days", type=click.IntRange(min=1), help="It ends after so many days.")
@click.option("--yes", is_flag=True, help="Do not ask once more.")
@CENTRE
def pair(code: str, as_screen: str | None, days: int | None, centre: str | None, *, yes: bool) -> None:
    """Accept the CODE that a screen shows; what was paired as that screen is revoked."""
    other = None if as_screen is None else screen_of(as_screen)

    def look(db: Database) -> tuple[PairingView, ScreenView]:
        state, now = only_centre(db, centre), SystemClock().now()
        asking = db.read(lambda read: pairing.asked_by(read, state.id, code, now))
        screen = other or Screen(asking.kind, asking.id)
        return asking, db.read(lambda read: screens.screen_view(read, state.id, screen, now))

    def accept(db: Database) -> Screen:
        now = SystemClock().now()
        ends = None if days is None else now + timedelta(days=days)
        write = only_centre(db, centre).id
        return db.write(write, lambda tx: pairing.accept(tx, code, now, at_machine(), screen=other, expires_at=ends))

    asking, becomes = with_database(look)
    click.echo(f"The page of {asking.kind.value}:{asking.id} at {asking.address} ({asking.browser}) shows this code.")
    replaced = "" if becomes.paired is None else f" It replaces the one paired {_paired(becomes.paired)}."
    click.echo(f"It becomes {becomes.kind.value}:{becomes.id}, “{becomes.name}”.{replaced}")
    if not yes:
        click.confirm("Pair it?", abort=True)
    click.echo(f"{with_database(accept)} is paired.")


@device.command("list")
@CENTRE
def list_devices(centre: str | None) -> None:
    """List kiosks, boards and consoles: with what each is paired, and which ask to be."""

    def run(db: Database) -> tuple[ScreenView, ...]:
        state, now = only_centre(db, centre), SystemClock().now()
        return db.read(lambda read: screens.screens_of(read, state.id, now))

    click.echo("\n".join(map(_line, with_database(run))) or "There is no screen.")


@device.command("revoke")
@click.argument("screen")
@CENTRE
def revoke(screen: str, centre: str | None) -> None:
    """Let the screen that is paired as SCREEN (kiosk:K1) open nothing any more."""
    which = screen_of(screen)

    def run(db: Database) -> None:
        now: datetime = SystemClock().now()
        db.write(only_centre(db, centre).id, lambda tx: screens.revoke(tx, which, now, at_machine()))

    with_database(run)
    click.echo(f"{which} is not paired any more.")


def _line(view: ScreenView) -> str:
    state = "not paired" if view.paired is None else f"paired {_paired(view.paired)}"
    asking = "".join(f"; {ask.address} ({ask.browser}) asks" for ask in view.asking)
    return f"{f'{view.kind.value}:{view.id}':<20}{view.name:<24}{state}{asking}"


def _paired(paired: PairedView) -> str:
    where = f" from {paired.address} ({paired.browser})" if paired.address else ""
    seen = "never seen" if paired.seen_at is None else f"seen {to_iso(paired.seen_at)}"
    ends = "" if paired.expires_at is None else f", ends {to_iso(paired.expires_at)}"
    return f"{to_iso(paired.since)}{where}, {seen}{ends}"

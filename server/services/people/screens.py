"""The screens of a centre: which there are, with what each is paired, and what is done with one."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from server.domain.actors import By
from server.domain.errors import InvalidInput, UnknownDevice
from server.domain.events.installation import DeviceRenamed, KeyRevoked
from server.domain.screens import CODE_AGE, NAME_MAX, Screen, ScreenKind, screen_of_key
from server.storage.installation import InstallationLog
from server.storage.sql import counters, devices, keys, pairings
from server.storage.sql.keys import KeyRow
from server.storage.sql.pairings import PairingRow
from server.storage.sql.presence import move_auth
from server.storage.transaction import Read, Transaction

NAMED = timedelta(seconds=15)
"""So long a screen shows its name."""


@dataclass(frozen=True, slots=True)
class PairedView:
    """With which key a screen is paired: since when, from where, by which browser, and when it was last seen."""

    key: int
    since: datetime
    seen_at: datetime | None
    address: str | None
    browser: str | None
    expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class AskingView:
    """A page that shows a code, which is not told here: from which address, by which browser, and since when."""

    address: str
    browser: str
    asked_at: datetime


@dataclass(frozen=True, slots=True)
class ScreenView:
    """A screen of the centre; `place` is the zone of a board or the stage of a counter."""

    kind: ScreenKind
    id: str
    name: str
    place: str | None
    paired: PairedView | None
    asking: tuple[AskingView, ...]


def screens_of(read: Read, centre_id: int, now: datetime) -> tuple[ScreenView, ...]:
    """Return the kiosks, boards and consoles of a centre; `now` is real time."""
    paired = _paired(keys.keys_in_force(read, centre_id), now)
    asking = [row for row in pairings.pairings_of(read, centre_id) if now < row.asked_at + CODE_AGE]
    return tuple(
        ScreenView(screen.kind, screen.id, name, place, paired.get(screen), _asking(asking, screen))
        for screen, name, place in _all(read, centre_id)
    )


def screen_view(read: Read, centre_id: int, screen: Screen, now: datetime) -> ScreenView:
    """Return a screen of a centre; raises UnknownDevice."""
    views = {(view.kind, view.id): view for view in screens_of(read, centre_id, now)}
    view = views.get((screen.kind, screen.id))
    if view is None:
        raise UnknownDevice(f"There is no {screen.kind.value} “{screen.id}” in this centre.")
    return view


def require_screen(read: Read, centre_id: int, screen: Screen) -> None:
    """Raise UnknownDevice for a screen that a centre does not have."""
    if screen not in {known for known, _, _ in _all(read, centre_id)}:
        raise UnknownDevice(f"There is no {screen.kind.value} “{screen.id}” in this centre.")


def revoke(tx: Transaction, screen: Screen, now: datetime, by: By, *, but: int | None = None) -> None:
    """Let whatever screen is paired as this one open nothing any more, `but` with one key; raises UnknownDevice.

    A key that no screen was paired with stays in force.
    """
    require_screen(tx.conn, tx.centre.id, screen)
    move_auth(tx.conn)
    log = InstallationLog(tx, now)
    for key in _paired_with(tx, screen):
        if key.id != but:
            keys.end_key(tx.conn, key.id, now)
            log.record(KeyRevoked(key.id), by)


def rename(tx: Transaction, screen: Screen, name: str, now: datetime, by: By) -> None:
    """Give a kiosk or a board another name; raises UnknownDevice, and InvalidInput for a counter, which has none."""
    require_screen(tx.conn, tx.centre.id, screen)
    if screen.device is None:
        raise InvalidInput("A counter is called by its number alone.")
    if not 0 < len(name.strip()) <= NAME_MAX or not name.isprintable():
        raise InvalidInput(f"A name has 1 to {NAME_MAX} printed characters.")
    log = InstallationLog(tx, now)
    devices.set_name(tx.conn, tx.centre.id, screen.id, name.strip())
    log.record(DeviceRenamed(tx.centre.id, screen.id, name.strip()), by)


def identify(tx: Transaction, screen: Screen, now: datetime) -> None:
    """Let a screen show its name in large letters for a moment; raises UnknownDevice."""
    require_screen(tx.conn, tx.centre.id, screen)
    move_auth(tx.conn)
    keys.name_until(tx.conn, [key.id for key in _paired_with(tx, screen)], now + NAMED)


def _paired_with(tx: Transaction, screen: Screen) -> list[KeyRow]:
    return [key for key in keys.keys_in_force(tx.conn, tx.centre.id) if key.paired_at and _screen(key) == screen]


def _screen(key: KeyRow) -> Screen | None:
    return screen_of_key(key.role, key.device, key.counter)


def _paired(rows: Iterable[KeyRow], now: datetime) -> dict[Screen, PairedView]:
    """Return with what each screen is paired: of several keys with the last."""
    found: dict[Screen, PairedView] = {}
    for key in sorted(rows, key=lambda key: key.id):
        screen = _screen(key)
        if screen is not None and key.paired_at is not None and not (key.expires_at and key.expires_at <= now):
            where = (key.address, key.browser)
            found[screen] = PairedView(key.id, key.paired_at, key.seen_at, *where, key.expires_at)
    return found


def _asking(rows: Iterable[PairingRow], screen: Screen) -> tuple[AskingView, ...]:
    return tuple(
        AskingView(row.address, row.browser, row.asked_at)
        for row in rows
        if (row.kind, row.device) == (screen.kind.value, screen.id)
    )


def _all(read: Read, centre_id: int) -> Iterator[tuple[Screen, str, str | None]]:
    """Yield each screen of a centre with its name and its place."""
    for kind in (ScreenKind.KIOSK, ScreenKind.BOARD):
        for device in devices.devices_of(read, centre_id, kind.value):
            yield Screen(kind, device.id), device.name, device.zone
    for counter in counters.counters_of(read, centre_id):
        yield Screen(ScreenKind.COUNTER, counter.id), counter.id, counter.stage

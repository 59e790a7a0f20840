"""How a screen is paired: its page shows a code, and a person accepts it; or a link brings a key, once.

The page has the secret of its key from the beginning, in a cookie that only it can send. The server keeps the hash, and
makes a key of it when somebody accepts the code: no secret is handed over later, and no other page can fetch it.
"""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from server.domain.actors import By
from server.domain.errors import PairingFull, UnknownCode, UnknownKey
from server.domain.events.installation import KeyRotated, ScreenPaired, commitment
from server.domain.ids import RandomBytes
from server.domain.networks import network_of
from server.domain.screens import CODE_AGE, ROLES, Screen, ScreenKind, new_code, normal_code, screen_of_key
from server.services.people import keys as keyring
from server.services.people import screens
from server.services.people.principal import secret_hash
from server.services.people.screens import PairedView, require_screen, screen_view
from server.storage.installation import InstallationLog
from server.storage.sql import keys, pairings
from server.storage.sql.keys import KeyRow, NewKey
from server.storage.sql.pairings import PairingRow
from server.storage.sql.presence import hold_people, move_auth
from server.storage.transaction import Read, Transaction

CODES_MAX = 20
"""So many pages of a centre show a code at once."""
PAUSE = timedelta(seconds=5)
"""So long a page at an address keeps its code before another there is given one, which costs a write each time."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a page is open."""

    address: str
    browser: str


@dataclass(frozen=True, slots=True)
class CodeView:
    """What a page shows until it is paired."""

    code: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class PairingView:
    """What somebody sees before they accept a code: which page asks, from where, and what it would replace."""

    kind: ScreenKind
    id: str
    name: str
    address: str
    browser: str
    asked_at: datetime
    expires_at: datetime
    replaces: PairedView | None


def require_room(read: Read, centre_id: int, screen: Screen, origin: Origin, now: datetime) -> None:
    """Raise PairingFull, UnknownDevice where a page would get no code now: that is asked before anything is written."""
    require_screen(read, centre_id, screen)
    _gives_way(_waiting(read, centre_id, now), screen, origin, now)


def ask(
    tx: Transaction, screen: Screen, secret: str, origin: Origin, now: datetime, random_bytes: RandomBytes
) -> CodeView:
    """Give a page that has a secret a code; one of the same page and address gives way.

    Raises UnknownDevice, PairingFull.
    """
    require_screen(tx.conn, tx.centre.id, screen)
    hold_people(tx.conn)
    pairings.forget_before(tx.conn, now - CODE_AGE)
    rows = _waiting(tx.conn, tx.centre.id, now)
    pairings.forget_pairings(tx.conn, _gives_way(rows, screen, origin, now))
    code = new_code(random_bytes)
    while pairings.is_code_used(tx.conn, code):
        code = new_code(random_bytes)
    page = (tx.centre.id, screen.kind.value, screen.id, secret_hash(secret))
    pairings.add_pairing(tx.conn, PairingRow(code, *page, origin.address, origin.browser, now))
    return CodeView(code, now + CODE_AGE)


def shown(read: Read, secret: str, now: datetime) -> CodeView | None:
    """Return what the page with a secret shows, None when its code is good no longer."""
    row = pairings.pairing_by_secret(read, secret_hash(secret))
    return None if row is None or now >= row.asked_at + CODE_AGE else CodeView(row.code, row.asked_at + CODE_AGE)


def asked_by(read: Read, centre_id: int, typed: str, now: datetime) -> PairingView:
    """Return which page of a centre shows a code, however it is typed; raises UnknownCode."""
    row = _shows(read, centre_id, typed, now)
    view = screen_view(read, centre_id, _screen(row), now)
    where = (row.address, row.browser, row.asked_at, row.asked_at + CODE_AGE)
    return PairingView(view.kind, view.id, view.name, *where, view.paired)


def accept(
    tx: Transaction,
    typed: str,
    now: datetime,
    by: By,
    /,
    *,
    screen: Screen | None = None,
    expires_at: datetime | None = None,
) -> Screen:
    """Pair the page that shows a code, as its own screen or as another of the centre, which it goes to; return which.

    Whatever was paired as that screen is revoked. Raises UnknownCode, UnknownDevice, InvalidInput.
    """
    row = _shows(tx.conn, tx.centre.id, typed, now)
    screen = screen or _screen(row)
    screens.revoke(tx, screen, now, by)
    new = NewKey(
        tx.centre.id,
        str(screen),
        ROLES[screen.kind].value,
        now,
        screen.device,
        screen.counter,
        expires_at=expires_at,
        paired_at=now,
        address=row.address,
        browser=row.browser,
    )
    number = keyring.add(tx, new, row.secret_hash, by)
    InstallationLog(tx, now).record(ScreenPaired(number, row.address, row.browser), by)
    pairings.forget_pairings(tx.conn, [row.code])
    return screen


def require_unused(read: Read, secret: str, now: datetime) -> None:
    """Raise UnknownKey unless the key of a link pairs a screen, and has paired none yet."""
    _of_link(read, secret, now)


def redeem(tx: Transaction, secret: str, new_secret: str, origin: Origin, now: datetime) -> Screen:
    """Pair a screen by the key of a link, which opens nothing from then on: the screen has another secret.

    Whatever was paired as that screen is revoked. Raises UnknownKey for one that was used already.
    """
    move_auth(tx.conn)
    screen, key = _of_link(tx.conn, secret, now)
    by = By(f"key:{key.id}")
    screens.revoke(tx, screen, now, by, but=key.id)
    kept, log = secret_hash(new_secret), InstallationLog(tx, now)
    keys.set_secret(tx.conn, key.id, kept)
    keys.pair_key(tx.conn, key.id, now, origin.address, origin.browser)
    log.record(KeyRotated(key.id, commitment(kept)), by)
    log.record(ScreenPaired(key.id, origin.address, origin.browser), by)
    return screen


def _of_link(read: Read, secret: str, now: datetime) -> tuple[Screen, KeyRow]:
    key = keys.key_by_secret(read, secret_hash(secret))
    if key is None or key.paired_at is not None or (key.expires_at is not None and now >= key.expires_at):
        raise UnknownKey("This link was used already, or its key is not known here.")
    screen = screen_of_key(key.role, key.device, key.counter)
    if screen is None:
        raise UnknownKey("This key pairs no screen: it is bound to none.")
    return screen, key


def _screen(row: PairingRow) -> Screen:
    return Screen(ScreenKind(row.kind), row.device)


def _waiting(read: Read, centre_id: int, now: datetime) -> list[PairingRow]:
    return [row for row in pairings.pairings_of(read, centre_id) if now < row.asked_at + CODE_AGE]


def _shows(read: Read, centre_id: int, typed: str, now: datetime) -> PairingRow:
    code = normal_code(typed)
    for row in _waiting(read, centre_id, now):
        if row.code == code:
            return row
    raise UnknownCode("No screen of this centre shows this code. It may be older than ten minutes.")


def _gives_way(rows: Collection[PairingRow], screen: Screen, origin: Origin, now: datetime) -> list[str]:
    """Return the codes that give way to a new one; raises PairingFull.

    Of the same page and network the one before; where the centre has no more room the oldest of the network that has
    most, so that a stranger pushes out their own.
    """
    here = network_of(origin.address)
    same = [row for row in rows if _screen(row) == screen and network_of(row.address) == here]
    if any(now < row.asked_at + PAUSE for row in same):
        raise PairingFull("This page was opened from here a moment ago. Please wait five seconds.")
    gone = [row.code for row in same]
    others = [row for row in rows if row.code not in gone]
    if len(others) < CODES_MAX:
        return gone
    network, count = Counter(network_of(row.address) for row in others).most_common(1)[0]
    if count == 1:
        raise PairingFull("Too many screens of this centre wait to be paired. Please try again in ten minutes.")
    return [*gone, next(row.code for row in others if network_of(row.address) == network)]

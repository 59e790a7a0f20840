"""A page shows a code, somebody accepts it, and only that page becomes the screen."""

import itertools
import secrets
from datetime import datetime, timedelta

import pytest

from server.domain.actors import By
from server.domain.errors import InvalidInput, PairingFull, UnknownCode, UnknownDevice, UnknownKey
from server.domain.permissions import Role, Scope
from server.domain.screens import CODE_AGE, Screen, ScreenKind, screen_of
from server.services.people import keys, pairing, presence, screens
from server.services.people.pairing import CODES_MAX, PAUSE, CodeView, Origin
from server.services.people.presence import Known, Place
from server.services.people.principal import secret_hash
from server.services.people.screens import NAMED, ScreenView
from server.services.proof.installation import verify_installation
from tests.factories import MORNING, Floor
from tests.services.people.people import twin_centre

K1, K2 = (Screen(ScreenKind.KIOSK, id_) for id_ in ("K1", "K2"))
BOARD, DESK = Screen(ScreenKind.BOARD, "board-g"), Screen(ScreenKind.COUNTER, "G1")
BY = By("staff:1")
HERE, THERE = Origin("192.0.2.7", "Chromium / Linux"), Origin("198.51.100.9", "Firefox / Windows")
SECOND = timedelta(seconds=1)
NUMBERS = itertools.count()


def ask(
    floor: Floor, screen: Screen = K1, origin: Origin = HERE, at: datetime = MORNING, secret: str | None = None
) -> tuple[str, CodeView]:
    """Open the page of a screen; returns its secret, and the code that it shows."""
    own = secret or f"baari_{next(NUMBERS):043}"
    return own, floor.write(lambda tx: pairing.ask(tx, screen, own, origin, at, secrets.token_bytes))


def accept(floor: Floor, code: str, at: datetime = MORNING, **how: Screen | datetime | None) -> Screen:
    return floor.write(lambda tx: pairing.accept(tx, code, at, BY, **how))  # type: ignore[arg-type]


def known(floor: Floor, secret: str) -> Known | None:
    return floor.db.look(lambda read: presence.known_at(read, Place(False, secret_hash(secret))))


def view(floor: Floor, screen: Screen = K1, at: datetime = MORNING) -> ScreenView:
    return floor.db.read(lambda read: screens.screen_view(read, floor.centre_id, screen, at))


@pytest.mark.parametrize("screen", [K1, BOARD, DESK])
def test_a_page_whose_code_is_accepted_is_the_screen_and_no_other_page_is(floor: Floor, screen: Screen) -> None:
    own, shown = ask(floor, screen)
    other, _ = ask(floor, screen, THERE)
    assert known(floor, own) is None
    assert accept(floor, shown.code.lower()) == screen
    holder = known(floor, own)
    assert holder is not None
    bound = (holder.principal.device, holder.principal.counter)
    assert bound == (screen.device, screen.counter)
    assert holder.principal.scope is (Scope.OWN_COUNTER if screen is DESK else Scope.CENTRE)
    assert known(floor, other) is None
    paired = view(floor, screen).paired
    assert paired is not None
    assert (paired.since, paired.address, paired.browser) == (MORNING, HERE.address, HERE.browser)
    with pytest.raises(UnknownCode):
        accept(floor, shown.code)


def test_whoever_accepts_sees_the_page_and_what_it_replaces_and_the_one_before_is_cut_off(floor: Floor) -> None:
    old, first = ask(floor)
    accept(floor, first.code)
    new, second = ask(floor, origin=THERE)
    asking = floor.db.read(lambda read: pairing.asked_by(read, floor.centre_id, second.code, MORNING))
    assert (asking.kind, asking.id, asking.name, asking.address) == ("kiosk", "K1", "Kiosk 1", THERE.address)
    assert asking.replaces is not None
    assert asking.replaces.address == HERE.address
    accept(floor, second.code)
    assert (known(floor, old), known(floor, new) is not None) == (None, True)


def test_a_page_can_be_accepted_as_another_screen_of_the_centre_and_as_none_that_is_not_there(floor: Floor) -> None:
    own, shown = ask(floor)
    with pytest.raises(UnknownDevice):
        accept(floor, shown.code, screen=Screen(ScreenKind.KIOSK, "K9"))
    assert accept(floor, shown.code, screen=K2) == K2
    holder = known(floor, own)
    assert holder is not None
    assert (holder.principal.device, view(floor).paired) == ("K2", None)


def test_a_code_is_good_for_ten_minutes_in_its_own_centre(floor: Floor) -> None:
    own, shown = ask(floor)
    assert shown.expires_at == MORNING + CODE_AGE
    twin = twin_centre(floor)
    for centre, at in ((twin, MORNING), (floor.centre_id, MORNING + CODE_AGE)):
        with pytest.raises(UnknownCode):
            floor.db.write(centre, lambda tx, at=at: pairing.accept(tx, shown.code, at, BY))  # type: ignore[misc]
    late = MORNING + CODE_AGE - SECOND
    assert floor.db.read(lambda read: pairing.shown(read, own, late)) == shown
    assert floor.db.read(lambda read: pairing.shown(read, own, MORNING + CODE_AGE)) is None
    assert accept(floor, shown.code, late) == K1


def test_there_is_one_code_for_a_page_and_a_network(floor: Floor) -> None:
    _, first = ask(floor, origin=Origin("2001:db8::1", "?"))
    with pytest.raises(PairingFull):
        ask(floor, origin=Origin("2001:db8::2", "?"), at=MORNING + PAUSE - SECOND)
    _, second = ask(floor, origin=Origin("2001:db8::2", "?"), at=MORNING + PAUSE)
    _, elsewhere = ask(floor, origin=Origin("2001:db8:0:1::1", "?"), at=MORNING + PAUSE)
    with pytest.raises(UnknownCode):
        accept(floor, first.code, MORNING + PAUSE)
    asking = {page.address for page in view(floor, at=MORNING + PAUSE).asking}
    assert asking == {"2001:db8::2", "2001:db8:0:1::1"}
    assert accept(floor, second.code, MORNING + PAUSE) == accept(floor, elsewhere.code, MORNING + PAUSE) == K1


def test_a_stranger_who_opens_every_page_pushes_out_their_own_codes_alone(floor: Floor) -> None:
    _, own = ask(floor)
    counters = [Screen(ScreenKind.COUNTER, f"A{n}") for n in range(1, CODES_MAX + 10)]
    for n, screen in enumerate(counters):
        ask(floor, screen, THERE, MORNING + SECOND * n)
    assert sum(len(view(floor, screen).asking) for screen in [K1, *counters]) == CODES_MAX
    assert accept(floor, own.code, MORNING + SECOND * 30) == K1


def test_beyond_twenty_networks_a_page_is_told_to_wait(floor: Floor) -> None:
    for n in range(CODES_MAX):
        ask(floor, origin=Origin(f"192.0.2.{n}", "?"))
    with pytest.raises(PairingFull):
        ask(floor, origin=THERE)
    with pytest.raises(PairingFull):
        floor.db.read(lambda read: pairing.require_room(read, floor.centre_id, K1, THERE, MORNING))
    ask(floor, origin=THERE, at=MORNING + CODE_AGE)


def test_a_page_of_no_screen_of_the_centre_gets_no_code(floor: Floor) -> None:
    for typed in ("kiosk:board-g", "board:K1", "counter:K1"):
        with pytest.raises(UnknownDevice):
            ask(floor, screen_of(typed))


def test_what_is_paired_can_end_by_itself(floor: Floor) -> None:
    own, shown = ask(floor)
    accept(floor, shown.code, expires_at=MORNING + CODE_AGE)
    holder = known(floor, own)
    assert holder is not None
    assert [holder.alive(MORNING + CODE_AGE - SECOND), holder.alive(MORNING + CODE_AGE)] == [True, False]
    assert [view(floor, at=at).paired is None for at in (MORNING, MORNING + CODE_AGE)] == [False, True]
    _, again = ask(floor)
    with pytest.raises(InvalidInput):
        accept(floor, again.code, expires_at=MORNING)


def test_a_revoked_screen_opens_nothing_and_a_key_that_no_screen_has_stays(floor: Floor) -> None:
    program = floor.key(Role.COUNTER, counter="G1")
    own, shown = ask(floor, DESK)
    accept(floor, shown.code)
    floor.write(lambda tx: screens.revoke(tx, DESK, MORNING, BY))
    assert (known(floor, own), known(floor, program) is not None) == (None, True)


def test_a_device_is_renamed_and_a_counter_is_not(floor: Floor) -> None:
    floor.write(lambda tx: screens.rename(tx, K1, " At the door ", MORNING, BY))
    assert view(floor).name == "At the door"
    for screen, name in ((DESK, "x"), (K1, " "), (K1, "x" * 65), (K1, "a\nb")):
        with pytest.raises(InvalidInput):
            floor.write(lambda tx, s=screen, n=name: screens.rename(tx, s, n, MORNING, BY))  # type: ignore[misc]


def test_a_screen_that_is_looked_for_shows_its_name_for_a_moment(floor: Floor) -> None:
    own, shown = ask(floor)
    accept(floor, shown.code)
    floor.write(lambda tx: screens.identify(tx, K1, MORNING))
    holder = known(floor, own)
    assert holder is not None
    assert holder.naming == ("Kiosk 1", MORNING + NAMED)


def redeem(floor: Floor, key: str, new: str) -> Screen:
    return floor.write(lambda tx: pairing.redeem(tx, key, new, HERE, MORNING))


def test_a_link_pairs_once_and_its_key_opens_nothing_from_then_on(floor: Floor) -> None:
    old, shown = ask(floor)
    accept(floor, shown.code)
    link, new = floor.key(Role.KIOSK, device="K1"), keys.new_secret()
    assert redeem(floor, link, new) == K1
    assert [known(floor, secret) is not None for secret in (old, link, new)] == [False, False, True]
    for secret in (link, new):
        with pytest.raises(UnknownKey):
            redeem(floor, secret, keys.new_secret())


def test_the_key_of_a_manager_and_one_that_is_bound_to_nothing_pair_nothing(floor: Floor) -> None:
    for key in (floor.key(Role.MANAGER), floor.key(Role.DISPLAY), floor.key(Role.COUNTER), "baari_unknown"):
        with pytest.raises(UnknownKey):
            redeem(floor, key, keys.new_secret())


def test_all_of_it_is_on_record(floor: Floor) -> None:
    _, shown = ask(floor)
    accept(floor, shown.code)
    _, again = ask(floor, origin=THERE)
    accept(floor, again.code)
    redeem(floor, floor.key(Role.DISPLAY, device="board-g"), keys.new_secret())
    floor.write(lambda tx: screens.rename(tx, K1, "Door", MORNING, BY))
    floor.write(lambda tx: screens.revoke(tx, K1, MORNING, BY))
    assert floor.db.read(lambda read: verify_installation(read, {})).faults == []

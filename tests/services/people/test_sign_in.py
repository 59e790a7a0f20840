"""A person signs in, is locked out after wrong passwords, and stays signed in while at work."""

import os
import subprocess
import sys
import threading
import unicodedata
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest

from server.domain.credentials import normal_password
from server.domain.errors import AlreadyThere, InvalidInput, LockedOut, Unavailable, WeakPassword
from server.domain.permissions import Role
from server.services.people import passwords, presence, sign_in
from server.services.people.presence import Known, Place
from server.services.people.principal import secret_hash
from server.storage.database import Database
from tests.factories import MORNING, Floor
from tests.services.people.people import HASH, PASSWORD, add_person, signed_in, try_to_sign_in


def minute(minutes: float) -> timedelta:
    return timedelta(minutes=minutes)


def known(floor: Floor, secret: str) -> Known | None:
    return floor.db.look(lambda read: presence.known_at(read, Place(True, secret_hash(secret))))


def attempt(floor: Floor, minutes: float, *, fits: bool) -> bool | str:
    """Return whether a sign-in brought a session, or the code of its refusal."""
    try:
        return try_to_sign_in(floor, "asha", MORNING + minute(minutes), fits=fits) is not None
    except LockedOut as refusal:
        return refusal.code


def test_a_name_is_given_once_in_the_installation(floor: Floor) -> None:
    add_person(floor, "asha")
    with pytest.raises(AlreadyThere):
        add_person(floor, "asha", Role.MANAGER)


def test_a_name_is_the_same_however_it_is_typed_and_one_that_can_be_none_is_nobody_s(floor: Floor) -> None:
    add_person(floor, " Zoe\u0308 ")
    assert all(signed_in(floor, typed) for typed in ("zoë", "ZOË", "Zoe\u0308 "))
    with pytest.raises(AlreadyThere):
        add_person(floor, "ZOË")
    for typed in ("", "zoë\x00", "z" * 3000):
        with pytest.raises(InvalidInput):
            add_person(floor, typed)
        assert floor.db.read(lambda read, typed=typed: sign_in.person_named(read, typed, MORNING)) is None  # type: ignore[misc]


def test_a_chosen_password_is_none_that_is_guessed_first_and_fits_from_every_keyboard() -> None:
    for password, reason in (("1", "short"), ("Qwertyuiop1", "common"), ("asha.patil", "name")):
        with pytest.raises(WeakPassword) as refused:
            passwords.chosen(password, "asha.patil")
        assert refused.value.details == {"reason": reason}
    kept = passwords.chosen("crème brûlée", "asha.patil")
    assert passwords.fits(kept, unicodedata.normalize("NFD", "crème brûlée"))
    before = passwords.PASSWORDS.hash("ｏｌｄ ｏｎｅ")
    assert passwords.fits(before, "ｏｌｄ ｏｎｅ")
    assert not passwords.fits(before, "old one")


def test_the_common_passwords_are_folded_words_with_their_licence() -> None:
    words = passwords.common()
    assert len(words) > 5000
    assert all(word == normal_password(word).casefold() for word in words)
    assert "Permission is hereby granted" in passwords.COMMON.with_suffix(".LICENSE").read_text()


def test_a_session_lasts_while_it_is_used_and_no_longer_than_a_shift(floor: Floor) -> None:
    add_person(floor, "asha", Role.MANAGER)
    secret = signed_in(floor, "asha")
    session = known(floor, secret)
    assert session is not None
    assert (session.principal.user, session.principal.role) == ("asha", Role.MANAGER)
    assert [session.alive(MORNING + minute(m)) for m in (0, 59.9, 60)] == [True, True, False]
    assert [session.unnoted(MORNING + minute(m), timedelta(hours=1)) for m in (4.9, 5)] == [False, True]
    for minutes in range(50, 701, 50):
        floor.db.write(None, lambda tx, m=minutes: sign_in.note_seen(tx, secret, MORNING + minute(m)))  # type: ignore[misc]
    session = known(floor, secret)
    assert session is not None
    assert [session.alive(MORNING + minute(m)) for m in (719.9, 720)] == [True, False]


def test_a_session_that_was_ended_is_not_known_and_can_be_ended_again(floor: Floor) -> None:
    add_person(floor, "asha")
    ended, kept = signed_in(floor, "asha"), signed_in(floor, "asha")
    for _ in range(2):
        floor.db.write(None, lambda tx: sign_in.sign_out(tx, ended))
    assert known(floor, ended) is None
    assert known(floor, kept) is not None


def test_who_is_wrong_too_often_waits_longer_each_time_and_never_long(floor: Floor) -> None:
    add_person(floor, "asha")
    assert [attempt(floor, 0, fits=False) for _ in range(5)] == [False] * 5
    assert attempt(floor, 0, fits=True) == "locked_out"
    at = 0.0
    for seconds in (1, 2, 4, 8, 16, 32, 60, 60, 60):
        assert attempt(floor, at + (seconds - 0.5) / 60, fits=True) == "locked_out"
        at += seconds / 60
        assert attempt(floor, at, fits=False) is False
    assert attempt(floor, at + 1, fits=True) is True
    assert attempt(floor, at + 1, fits=False) is False
    assert attempt(floor, at + 1, fits=True) is True


def test_a_stranger_elsewhere_holds_nobody_up_and_one_here_only_the_name_they_try(floor: Floor) -> None:
    add_person(floor, "asha")
    add_person(floor, "ravi")
    for _ in range(5):
        try_to_sign_in(floor, "asha", MORNING, fits=False, address="192.0.2.66")
    with pytest.raises(LockedOut) as refused:
        try_to_sign_in(floor, "asha", MORNING, address="192.0.2.66")
    assert refused.value.details == {"until": "2026-11-24T04:00:01.000Z"}
    assert "in 1 s" in refused.value.message
    assert try_to_sign_in(floor, "asha", MORNING, address="192.0.2.7")
    assert try_to_sign_in(floor, "ravi", MORNING, address="192.0.2.66")


def test_an_address_that_is_wrong_for_many_names_waits_with_all_of_them_a_little(floor: Floor) -> None:
    add_person(floor, "asha")
    ours, theirs = "2001:db8:1:2::5", "2001:db8:1:2:ffff::1"  # one network of 64 bits
    for n in range(30):
        floor.db.write(None, lambda tx, n=n: sign_in.settle_stranger(tx, f"name {n}", MORNING, ours))  # type: ignore[misc]
    with pytest.raises(LockedOut):
        try_to_sign_in(floor, "asha", MORNING, address=theirs)
    assert try_to_sign_in(floor, "asha", MORNING + timedelta(seconds=10), address=theirs)
    assert try_to_sign_in(floor, "asha", MORNING, address="2001:db8:1:3::1")


def test_a_name_that_nobody_has_waits_as_one_that_somebody_has(floor: Floor) -> None:
    add_person(floor, "asha")

    def told(user: str) -> list[str]:
        answers = []
        for _ in range(7):
            try:
                person = floor.db.read(lambda read: sign_in.person_named(read, user, MORNING))
                if person is None:
                    floor.db.write(None, lambda tx: sign_in.settle_stranger(tx, user, MORNING))
                else:
                    floor.db.write(None, lambda tx, who=person: sign_in.settle(tx, who, False, MORNING))  # type: ignore[misc]
                answers.append("wrong")
            except LockedOut as refusal:
                answers.append(refusal.message)
        return answers

    assert told("asha") == told("nobody")


def test_wrong_passwords_are_forgotten_after_a_while(floor: Floor) -> None:
    add_person(floor, "asha")
    for _ in range(5):
        attempt(floor, 0, fits=False)
    assert [attempt(floor, 15, fits=False) for _ in range(5)] == [False] * 5
    assert attempt(floor, 15, fits=True) == "locked_out"
    floor.db.write(None, lambda tx: sign_in.forget_sessions(tx, MORNING + minute(30)))
    assert floor.db.read(lambda conn: conn.exec_driver_sql("SELECT count(*) FROM sign_in_wait").scalar_one()) == 0


def test_tries_that_were_all_begun_before_the_first_failed_are_counted_one_by_one(floor: Floor) -> None:
    """Eleven tries whose passwords are computed together: five are counted, and the right one after them is no use."""
    add_person(floor, "asha")
    person = floor.db.read(lambda read: sign_in.person_named(read, "asha", MORNING))
    assert person is not None
    refused: list[str] = []

    def settle(*, fits: bool) -> None:
        try:
            assert floor.db.write(None, lambda tx: sign_in.settle(tx, person, fits, MORNING)) is None
        except LockedOut as refusal:
            refused.append(refusal.code)

    with ThreadPoolExecutor(8) as threads:
        for done in [threads.submit(settle, fits=False) for _ in range(10)]:
            done.result()
    settle(fits=True)
    assert refused == ["locked_out"] * 6


def test_a_count_of_wrong_passwords_is_there_after_the_process_has_gone(floor: Floor) -> None:
    add_person(floor, "asha")
    for _ in range(5):
        attempt(floor, 0, fits=False)
    again = Database(floor.db.url)
    with pytest.raises(LockedOut):
        again.read(lambda read: sign_in.person_named(read, "asha", MORNING))
    again.close()


def test_a_password_that_changed_while_it_was_computed_opens_nothing(floor: Floor) -> None:
    add_person(floor, "asha")
    person = floor.db.read(lambda read: sign_in.person_named(read, "asha", MORNING))
    assert person is not None
    old = replace(person, password_hash=passwords.hashed("old"))
    assert floor.db.write(None, lambda tx: sign_in.settle(tx, old, True, MORNING)) is None
    assert attempt(floor, 0, fits=True) is True


def test_a_password_fits_its_own_hash_only_and_nobody_s_never() -> None:
    assert passwords.fits(HASH, PASSWORD)
    assert not passwords.fits(HASH, "wrong")
    assert not passwords.fits(None, PASSWORD)


class Slow:
    """Stands for the hash: notes how many are computed at once, until it is let go."""

    def __init__(self) -> None:
        self.let_go, self.full = threading.Event(), threading.Event()
        self.now = self.most = 0
        self._lock = threading.Lock()

    def verify(self, _hash: str, _password: str) -> bool:
        """Take as long as the test wants."""
        with self._lock:
            self.now += 1
            self.most = max(self.most, self.now)
        if self.now >= passwords.AT_ONCE:
            self.full.set()
        self.let_go.wait(10)
        with self._lock:
            self.now -= 1
        return True


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> Slow:
    """Put a slow hash in the place of the real one."""
    hasher = Slow()
    monkeypatch.setattr(passwords, "PASSWORDS", hasher)
    return hasher


def test_one_password_is_computed_at_a_time_and_the_others_wait(slow: Slow) -> None:
    with ThreadPoolExecutor(6) as threads:
        compute: Callable[[], bool] = partial(passwords.fits, HASH, PASSWORD)
        waiting = [threads.submit(compute) for _ in range(6)]
        assert slow.full.wait(5)
        slow.let_go.set()
        assert all(done.result() for done in waiting)
    assert slow.most == passwords.AT_ONCE == 1


def test_who_waits_too_long_for_a_hash_is_told_to_try_again(slow: Slow, monkeypatch: pytest.MonkeyPatch) -> None:
    with ThreadPoolExecutor(1) as threads:
        busy = threads.submit(passwords.fits, HASH, PASSWORD)
        assert slow.full.wait(5)
        monkeypatch.setattr(passwords, "PATIENCE_S", 0.05)
        with pytest.raises(Unavailable):
            passwords.fits(HASH, PASSWORD)
        slow.let_go.set()
        assert busy.result()
    monkeypatch.setattr(passwords, "PATIENCE_S", 10)
    assert passwords.fits(HASH, PASSWORD)


def test_a_password_is_computed_by_a_thread_that_gives_way_to_others() -> None:
    def niceness() -> int:
        return os.getpriority(os.PRIO_PROCESS, threading.get_native_id())

    assert passwords._HASHERS.pool.submit(niceness).result(10) == max(passwords.LESS_URGENT, niceness())


FORKED = """
import os
from server.services.people import passwords

known = passwords.hashed("open sesame")
child = os.fork()
if child == 0:
    os._exit(0 if passwords.fits(known, "open sesame") else 1)
print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""


def test_a_process_that_was_forked_after_a_password_computes_the_next() -> None:
    forked = subprocess.run([sys.executable, "-c", FORKED], capture_output=True, text=True, timeout=60)
    assert (forked.stdout, forked.stderr) == ("0\n", "")

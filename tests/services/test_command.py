"""What tells one command from another, and how long its answer is kept."""

import hashlib
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from itertools import count
from typing import Any

import pytest

from server.domain.actors import By
from server.domain.derived import DerivedKeys
from server.domain.errors import IdempotencyKeyReused, NoCurrentToken
from server.services.command import Answer, Attempt, body_hashes, once
from server.services.floor.issue import issue
from server.storage.pipeline import Pipeline
from server.storage.sql import answers
from server.storage.transaction import Transaction
from tests.factories import MORNING, Floor, at_time, hold_writer, second_centre

Body = Mapping[str, Any]
KEYS = DerivedKeys(b"our secret")


@pytest.mark.parametrize(
    ("path", "body"), [("/b", {"x": 1, "y": 2}), ("/a", {"x": 1, "y": 3}), ("/a", {}), ("/a", None)]
)
def test_another_path_or_body_is_another_command(path: str, body: Body | None) -> None:
    assert not set(body_hashes(path, body, KEYS)) & set(body_hashes("/a", {"x": 1, "y": 2}, KEYS))


def test_the_order_of_names_makes_no_other_command() -> None:
    one, other = {"y": {"d": 1, "c": 2}, "x": 1}, {"x": 1, "y": {"c": 2, "d": 1}}
    assert body_hashes("/a", one, KEYS) == body_hashes("/a", other, KEYS)


def test_what_is_kept_of_a_body_is_guessed_by_nobody_without_the_secret(sqlite_floor: Floor) -> None:
    path, body = "/api/v1/centres/X/tokens", {"phone": "+919876543210"}
    at = Attempt("key:1", "k", body_hashes(path, body, KEYS), MORNING)
    sqlite_floor.write(lambda tx: once(tx, at, lambda: Answer(201, {})))
    kept = sqlite_floor.db.read(lambda read: answers.ask_answer(read, "key:1", "k")())
    assert kept is not None
    assert kept.body_hash not in body_hashes(path, body, DerivedKeys(b"another secret"))


def test_a_retry_is_known_again_after_the_secret_was_rotated_and_after_the_upgrade(sqlite_floor: Floor) -> None:
    plain = hashlib.sha256(b'["/a", {"x": 1}]').hexdigest()
    ended = DerivedKeys(KEYS.secret, (0, 1, 2), frozenset({0, 1}))

    def run(key: str, hashes: tuple[str, ...], number: int) -> Answer:
        attempt = Attempt("key:1", key, hashes, MORNING)
        return sqlite_floor.write(lambda tx: once(tx, attempt, lambda: Answer(200, {"n": number})))

    for key, before in {"rotated": body_hashes("/a", {"x": 1}, KEYS), "upgraded": (plain,)}.items():
        first = run(key, before, 1)
        assert run(key, body_hashes("/a", {"x": 1}, ended), 2) == first
        with pytest.raises(IdempotencyKeyReused):
            run(key, body_hashes("/a", {"x": 2}, ended), 2)


def test_an_answer_is_given_again_for_24_hours_and_not_a_moment_longer(sqlite_floor: Floor) -> None:
    numbers = count(1)

    def run(hours: float, *, more_ms: int = 0) -> Answer:
        at = MORNING + timedelta(hours=hours, milliseconds=more_ms)
        return sqlite_floor.write(lambda tx: once(tx, Attempt("key:1", "k", ("hash",), at), _numbered))

    def _numbered() -> Answer:
        return Answer(201, {"number": next(numbers)})

    assert [run(0), run(24, more_ms=-1)] == [Answer(201, {"number": 1})] * 2
    assert run(24) == Answer(201, {"number": 2})
    assert run(25) == Answer(201, {"number": 2})


def test_a_key_belongs_to_whoever_sent_it_and_to_one_command(sqlite_floor: Floor) -> None:
    def run(principal: str, asked: str) -> Answer:
        attempt = Attempt(principal, "k", (asked,), MORNING)
        return sqlite_floor.write(lambda tx: once(tx, attempt, lambda: Answer(200, {"by": principal})))

    assert [run(principal, "a").body for principal in ("key:1", "key:2")] == [{"by": "key:1"}, {"by": "key:2"}]
    with pytest.raises(IdempotencyKeyReused):
        run("key:1", "b")


@pytest.mark.parametrize("backend", ["postgresql"])
def test_a_key_that_another_centre_used_meanwhile_is_reused_and_no_fault(floor: Floor) -> None:
    """Each centre has a writer of its own on PostgreSQL: the second finds the answer only when it keeps its own."""
    other = second_centre(floor)
    runs = count(1)

    def run(centre: int, command: Callable[[], Answer]) -> Answer:
        attempt = Attempt("key:1", "k", (f"asked at {centre}",), MORNING)
        return floor.db.write(centre, lambda tx: once(tx, attempt, command))

    def used_there_meanwhile() -> Answer:
        if next(runs) == 1:
            with ThreadPoolExecutor(1) as pool:
                pool.submit(run, other, lambda: Answer(200, {"at": "there"})).result()
        return Answer(200, {"at": "here"})

    with pytest.raises(IdempotencyKeyReused):
        run(floor.centre_id, used_there_meanwhile)
    assert run(other, used_there_meanwhile) == Answer(200, {"at": "there"})


def test_of_one_command_sent_twice_at_once_both_hear_the_same_and_it_runs_once(floor: Floor) -> None:
    """All ask for a kept answer before any is written; those behind the first ask again, and find the first's."""
    floor.issue()
    before = floor.centre.event_seq
    release, holder = hold_writer(floor)
    attempt = Attempt("key:1", "k", ("a",), MORNING)

    def command(tx: Transaction) -> Answer:
        token = issue(at_time(tx, MORNING), floor.order(), By("test")).token
        return Answer(201, {"label": token.label})

    def send() -> Answer:
        return floor.db.write(floor.centre_id, lambda tx: once(tx, attempt, partial(command, tx)), asks=attempt.ask)

    with ThreadPoolExecutor(3) as pool:
        answers = [pool.submit(send) for _ in range(3)]
        while floor.db.writer_of(floor.centre_id).waiting < 3:
            time.sleep(0.001)
        release()
        assert [answer.result(10) for answer in answers] == [Answer(201, {"label": "N002"})] * 3
    holder.join()
    assert floor.centre.event_seq == before + 1


def test_a_retry_that_waits_beside_its_command_hears_its_answer_and_not_that_it_cannot_be_done_twice(
    floor: Floor,
) -> None:
    release, holder = hold_writer(floor)
    attempt, parked = Attempt("key:1", "k", ("a",), MORNING), list[str]()

    def park() -> Answer:
        if parked:
            raise NoCurrentToken("Nobody is at counter G1.", current=None)
        parked.append("N001")
        return Answer(200, {"state": "held"})

    def send() -> Answer:
        return floor.db.write(floor.centre_id, lambda tx: once(tx, attempt, park), asks=attempt.ask)

    with ThreadPoolExecutor(2) as pool:
        answers = [pool.submit(send) for _ in range(2)]
        while floor.db.writer_of(floor.centre_id).waiting < 2:
            time.sleep(0.001)
        release()
        assert [answer.result(10) for answer in answers] == [Answer(200, {"state": "held"})] * 2
    holder.join()


@pytest.mark.parametrize("backend", ["postgresql"])
def test_what_waiting_commands_want_to_know_first_is_asked_in_one_trip(
    floor: Floor, monkeypatch: pytest.MonkeyPatch
) -> None:
    release, holder = hold_writer(floor)
    trips, received = count(), Pipeline._received

    def counted(pipeline: Pipeline) -> Any:
        next(trips)
        return received(pipeline)

    monkeypatch.setattr(Pipeline, "_received", counted)

    def send(number: int) -> Answer:
        attempt = Attempt("key:1", f"k{number}", ("a",), MORNING)
        return floor.db.write(floor.centre_id, lambda tx: once(tx, attempt, lambda: Answer(200, {})), asks=attempt.ask)

    with ThreadPoolExecutor(20) as pool:
        answers = [pool.submit(send, number) for number in range(20)]
        while floor.db.writer_of(floor.centre_id).waiting < 20:
            time.sleep(0.001)
        release()
        assert [answer.result(10) for answer in answers] == [Answer(200, {})] * 20
    holder.join()
    assert next(trips) < 10  # what they ask, the commits, and a statement that is prepared; else one for each of them

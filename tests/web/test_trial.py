"""Whether something can be written is tried now and then, not by each who asks, and is said once when it changes."""

import threading

import pytest

from server.domain.errors import Unavailable
from server.web import trial
from server.web.trial import WriteTrial


def test_many_who_ask_cost_one_write(monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[None] = []
    tried = WriteTrial(lambda: written.append(None))
    assert all(tried.passes() for _ in range(100))
    assert len(written) == 1
    monkeypatch.setattr(trial, "FRESH_S", 0.0)
    assert tried.passes()
    assert len(written) == 2


def test_a_failure_is_told_once_and_so_is_its_end(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(trial, "FRESH_S", 0.0)
    full = [True]

    def write() -> None:
        if full[0]:
            raise Unavailable("The disk is full.")

    tried = WriteTrial(write)
    assert [tried.passes() for _ in range(3)] == [False] * 3
    full[0] = False
    assert [tried.passes() for _ in range(3)] == [True] * 3
    assert [record.levelname for record in caplog.records] == ["ERROR", "WARNING"]


def test_who_asks_during_a_slow_trial_hears_of_it_and_does_not_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trial, "SLOW_S", 0.1)
    begun, done = threading.Event(), threading.Event()

    def write() -> None:
        begun.set()
        done.wait(10)

    tried = WriteTrial(write)
    first = threading.Thread(target=tried.passes)
    first.start()
    begun.wait(10)
    assert tried.passes()
    threading.Event().wait(0.2)
    assert not tried.passes()
    done.set()
    first.join()
    assert tried.passes()

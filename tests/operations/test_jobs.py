"""What nobody tries any more is found and queued again from the command line."""

from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from server.domain.events.kinds import Kind
from server.domain.events.payloads import JobRetried
from server.operations.at_machine import at_machine
from server.services.outbox import jobs
from server.storage.sql import events
from tests.factories import MORNING, Floor
from tests.processes import run_baari_here
from tests.services.outbox.letters import RULES, Postman, post

Baari = Callable[..., CompletedProcess[str]]


@pytest.fixture
def baari(floor: Floor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Baari:
    env = {"BAARI_DATABASE_URL": floor.db.url, "BAARI_DATA_DIR": str(tmp_path)}
    return lambda *words: run_baari_here(monkeypatch, capsys, *words, **env)


def test_a_dead_job_is_listed_with_its_reason_and_queued_again_once(floor: Floor, baari: Baari) -> None:
    assert baari("job", "dead").stdout == "No job is dead.\n"
    post(floor, MORNING, "first")
    assert Postman(floor, "one").lease(MORNING + RULES.patience) is None
    (dead,) = floor.db.read(lambda read: jobs.dead_jobs(read, floor.centre_id))
    (line,) = baari("job", "dead").stdout.splitlines()
    assert line == f"{dead.id:>8}  2026-11-24T04:00:00.000Z  letter at box  0 tries: waited too long"
    again = baari("job", "retry", str(dead.id))
    assert (again.returncode, again.stdout) == (0, f"Job {dead.id} is queued again.\n")
    assert baari("job", "dead").stdout == "No job is dead.\n"
    event = floor.db.read(lambda read: events.last_of_kind(read, floor.centre_id, Kind.JOB_RETRIED))
    assert event is not None
    assert (event.payload, event.by) == (JobRetried(dead.id, "letter", "box"), at_machine())
    refused = baari("job", "retry", str(dead.id))
    sentence = f"baari: No dead job has the number {dead.id}. “baari job dead” lists them.\n"
    assert (refused.returncode, refused.stderr) == (1, sentence)

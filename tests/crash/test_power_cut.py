"""At whatever instant the power goes, what was answered is there; a server that answers too soon is found out."""

import logging
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from tests.crash.images import Disk
from tests.crash.judge import Finding
from tests.crash.power import Recording, cut_power, record
from tests.crash.servers import require_strace
from tests.crash.trace import Sync, Write

ANSWERS, FEW_ANSWERS = 500, 60
IMAGES, MANY_IMAGES, FEW_IMAGES = 300, 2000, 60
SEED = 20261124
LOG = "baari.sqlite-wal"

log = logging.getLogger(__name__)


@pytest.fixture(scope="module")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> Recording:
    """Return a recording of the server as it is."""
    require_strace()
    return record(tmp_path_factory.mktemp("shipped"), ANSWERS)


@pytest.fixture
def disk(tmp_path: Path) -> Path:
    """Return the folder in which crash images are laid out."""
    (tmp_path / "disk").mkdir()
    return tmp_path / "disk"


def replayed(recording: Recording) -> dict[str, bytes]:
    """Return what the steps of a recording make of the files when nothing is lost."""
    files = Disk(recording.found)
    for step in recording.steps:
        files.take(step)
    return files.whole()


def logs_begun(recording: Recording) -> int:
    """Return how often the log was begun; beyond the first time, it had been written back into the database before."""
    return sum(1 for step in recording.steps if isinstance(step, Write) and (step.file, step.offset) == (LOG, 0))


def without_syncs(recording: Recording) -> Recording:
    """Return the recording as a disk would have it that does nothing when told to sync."""
    return replace(recording, steps=[step for step in recording.steps if not isinstance(step, Sync)])


def tell(name: str, recording: Recording, findings: Sequence[Finding]) -> None:
    """Write the figures to the log of the test."""
    log.info(
        "%s: %d answers, %d writes, log begun %d times; of %d images %d damaged, %d lost answers (up to %d), "
        "%d lost tokens (up to %d)",
        name,
        len(recording.promises),
        sum(1 for step in recording.steps if isinstance(step, Write)),
        logs_begun(recording),
        len(findings),
        sum(1 for finding in findings if finding.wrong),
        sum(1 for finding in findings if finding.lost),
        max(finding.lost for finding in findings),
        sum(1 for finding in findings if finding.lost_tokens),
        max(finding.lost_tokens for finding in findings),
    )


@pytest.mark.proof
def test_a_power_cut_takes_nothing_that_was_answered_and_leaves_no_damage(
    shipped: Recording, disk: Path, long: bool
) -> None:
    findings = list(cut_power(shipped, disk, MANY_IMAGES if long else IMAGES, SEED))
    tell("as shipped", shipped, findings)
    assert replayed(shipped) == shipped.left
    assert logs_begun(shipped) >= 2
    assert max(finding.due for finding in findings) >= ANSWERS // 2
    assert [finding for finding in findings if finding.wrong or finding.lost or finding.lost_tokens] == []


@pytest.mark.proof
def test_a_disk_that_does_not_sync_is_found_out_by_its_damage(shipped: Recording, disk: Path) -> None:
    findings = list(cut_power(without_syncs(shipped), disk, FEW_IMAGES, SEED))
    tell("without syncs", shipped, findings)
    assert any(finding.wrong for finding in findings)
    assert any(finding.lost_tokens for finding in findings)


@pytest.mark.proof
@pytest.mark.parametrize("fault", ["sync_at_checkpoints", "answer_early"])
def test_a_server_that_answers_before_the_disk_has_it_is_found_out(tmp_path: Path, disk: Path, fault: str) -> None:
    require_strace()
    recording = record(tmp_path, FEW_ANSWERS, fault)
    findings = list(cut_power(recording, disk, FEW_IMAGES, SEED))
    tell(fault, recording, findings)
    assert [finding.wrong for finding in findings if finding.wrong] == []
    assert any(finding.lost_tokens for finding in findings)

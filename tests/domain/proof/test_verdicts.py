"""What a replay found: nothing at first, and of many faults the first hundred."""

from server.domain.proof.verdicts import FAULTS_KEPT, Fault, Verdict


def test_a_verdict_begins_with_nothing_and_is_fine() -> None:
    verdict = Verdict()
    assert (verdict.tokens, verdict.events, verdict.leased, verdict.void) == (0, 0, 0, 0)
    assert (verdict.ok, verdict.faults, verdict.days) == (True, [], [])


def test_only_the_first_hundred_faults_are_kept() -> None:
    verdict = Verdict()
    for seq in range(FAULTS_KEPT + 1):
        verdict.fault("gap", seq, f"event {seq} is missing")
    assert (verdict.ok, len(verdict.faults)) == (False, 100)
    assert verdict.faults[-1] == Fault("gap", 99, "event 99 is missing")

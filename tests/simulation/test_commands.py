"""Commands that share a transaction do not share their refusals."""

import pytest

from server.domain.actors import By
from server.domain.errors import QueueEmpty, Refused
from server.domain.events.kinds import TokenStarted
from server.services.floor import call, issue, serve
from server.simulation.commands import attempt
from server.storage.transaction import Transaction
from tests.factories import Floor


def test_a_refusal_that_comes_late_undoes_its_own_command_only(floor: Floor) -> None:
    floor.open("G1")
    orders = [floor.order() for _ in range(3)]
    now = floor.now()

    def issue_and_refuse(tx: Transaction) -> None:
        issue.issue(tx, orders[1], By("test"))
        raise QueueEmpty("Nobody is waiting.")

    def act(tx: Transaction) -> list[str]:
        first = attempt(tx, now, lambda tx: issue.issue(tx, orders[0], By("test")))
        with pytest.raises(Refused):
            attempt(tx, now, issue_and_refuse)
        third = attempt(tx, now, lambda tx: issue.issue(tx, orders[2], By("test")))
        attempt(tx, now, lambda tx: call.call_next(tx, By("test", "G1")))
        started = attempt(tx, now, lambda tx: serve.act(tx, By("test", "G1"), TokenStarted))
        return [first.token.label, third.token.label, started.label]

    assert floor.write(act) == ["N001", "N002", "N001"]
    verdict = floor.verdict()
    assert (verdict.faults, verdict.tokens, verdict.events) == ([], 2, 6)

"""The record of the installation: people, keys and sign-ins, in a chain of their own."""

from datetime import datetime
from typing import Any

from server.domain.actors import By
from server.domain.events.event import StoredEvent
from server.domain.events.installation import Begun, InstallationEvent, data_of, private_of
from server.domain.events.stored import VERSION
from server.domain.proof.people import KeyFacts, People, PersonFacts
from server.storage.chains import chained
from server.storage.sql import installation
from server.storage.transaction import Transaction

BEGINS = By("baari")
"""Who begins the chain of an installation that is older than it."""


class InstallationLog:
    """The chain of the installation, locked in a transaction before people or keys are changed.

    `at` is real time. In a database that is older than the chain it begins with those who are there.
    """

    def __init__(self, tx: Transaction, at: datetime) -> None:
        self._conn, self._at = tx.conn, at
        self._chain = installation.lock_chain(tx.conn)
        if self._chain.seq == 0:
            self._begin(installation.people_now(tx.conn))

    def record(self, event: InstallationEvent, by: By) -> int:
        """Add the next event, and return its number; it becomes true with the commit."""
        seq = self._chain.seq + 1
        data, private = data_of(event), private_of(event)
        row = StoredEvent(seq, self._at, event.kind.value, by.actor, None, seq, 0, "", VERSION, data, private, hash="")
        row = chained(row, self._chain.head)
        installation.append(self._conn, row)
        self._chain = installation.Chain(seq, row.hash)
        return seq

    def _begin(self, there: People) -> None:
        """Take down who is there already; in a new database nobody is."""
        if not there.people and not there.keys and not there.secrets:
            return
        people = [{"person": id_, **_facts(facts)} for id_, facts in sorted(there.people.items())]
        keys = [{"key": id_, **_facts(facts)} for id_, facts in sorted(there.keys.items())]
        sessions = [
            {"session": kept, "person": facts.person, "centre": facts.centre}
            for kept, facts in sorted(there.sessions.items())
        ]
        secrets = [{"number": n, "fingerprint": kept, "ended": end} for n, (kept, end) in sorted(there.secrets.items())]
        self.record(Begun(tuple(people), tuple(keys), tuple(sessions), tuple(secrets)), BEGINS)


def _facts(value: PersonFacts | KeyFacts) -> dict[str, Any]:  # as the chain tells them
    return {name: getattr(value, name) for name in value.__slots__}

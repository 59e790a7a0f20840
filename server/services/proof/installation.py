"""Proves the record of the installation: its chain, and people, keys and sessions beside the tables."""

from collections.abc import Mapping
from functools import partial

from server.domain.events.event import StoredEvent
from server.domain.events.installation import Act, read_event
from server.domain.proof.people import ACTS, People, compare_people
from server.domain.proof.verdicts import Verdict
from server.services.proof.chain import Chain, Log
from server.storage.sql import installation
from server.storage.transaction import Read

UNREADABLE = (LookupError, TypeError, ValueError)  # what nobody can have written


def verify_installation(read: Read, anchors: Mapping[int, str]) -> Verdict:
    """Replay all events of the installation; `anchors` are heads that the days of centres tell (`Verdict.people`)."""
    people = People()
    verdict = verify_chain(read, anchors, people)
    if verdict.events:  # in a database that is older than the chain nothing was told yet
        for code, text in compare_people(people, installation.people_now(read)):
            verdict.fault(code, 0, text)
    return verdict


def verify_chain(read: Read, anchors: Mapping[int, str], people: People | None = None) -> Verdict:
    """Replay all events of the installation beside no tables; `people` becomes what they leave."""
    verdict, people, end = Verdict(), People() if people is None else people, installation.chain_of(read)
    log = Log(partial(installation.stored_between, read), partial(installation.hash_at, read))
    chain = Chain(log, verdict, anchors)
    for row in chain.rows(end.seq):
        try:
            _take(verdict, people, row)
        except UNREADABLE as error:
            verdict.fault("unreadable", row.seq, f"Event {row.seq} makes no sense: {error!r}.")
    chain.conclude(end.seq, end.head)
    return verdict


def _take(verdict: Verdict, people: People, row: StoredEvent) -> None:
    kind = Act(row.kind)
    for code, text in ACTS[kind](people, read_event(kind, row.data, row.private or {}), row.at):
        verdict.fault(code, row.seq, text)

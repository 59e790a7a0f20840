"""A kind of job: what a worker has to know of it. The composition root hands the kinds there are to the workers."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from server.domain.events.kinds import Payload
from server.domain.jobs import Job, JobRules, Result
from server.storage.transaction import Read

Ready = TypeVar("Ready")
Act = Callable[[], Result]


class Withdrawn(Exception):
    """There is nothing to do any more; the message says why."""


@dataclass(frozen=True, slots=True)
class Kind:
    """How jobs of a kind are done.

    `prepare` composes the act from what is true now; it reads only, and raises Withdrawn when there is nothing to do
    any more. The act itself runs outside any transaction. `wakes` says which events queue such a job, so that it is
    done at once; others wait for the next look.
    """

    name: str
    rules: JobRules
    prepare: Callable[[Read, Job], Act]
    wakes: Callable[[Payload], bool]


def kind_of(
    name: str,
    rules: JobRules,
    prepare: Callable[[Read, Job], Ready],
    perform: Callable[[Ready], Result],
    *,
    wakes: Callable[[Payload], bool] = lambda _: False,
) -> Kind:
    """Return a kind whose `perform` takes what its `prepare` has composed; `perform` may take its time."""
    return Kind(name, rules, lambda read, job: partial(perform, prepare(read, job)), wakes)

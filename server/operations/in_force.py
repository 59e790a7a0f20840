"""Who lets a restored database be in force: two people where `BAARI_SECOND_PERSON` asks for it, else nobody."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

import click

from server.clock import SystemClock
from server.config import Settings
from server.domain.approvals import Guarded
from server.domain.derived import DerivedKeys
from server.services.people.restoring import Given, decider, deciders
from server.services.people.second_step import take_code
from server.storage.database import Database
from server.storage.transaction import Transaction

TRIES = 5
TOO_FEW = (
    "A second named person has to approve a restore here (BAARI_SECOND_PERSON), and this backup knows fewer than two "
    "people who may. Whoever is at the machine goes on with --alone REASON; that stands on record."
)
WRONG = "Name, password or code of the {which} person is another, or they may not approve it. The code is of a phone."
SAME = "Nobody approves their own: the second person is somebody else."
Two = tuple[Given, Given]
Ask = Callable[[str], Two]
"""Asks for what two people give; told what was wrong with what they gave before, nothing at first."""


@dataclass(frozen=True, slots=True)
class InForce:
    """Who lets it be in force: the numbers of who restores and of a second person, or why somebody is `alone`.

    Neither where nobody asks for it.
    """

    persons: tuple[int, ...] = ()
    alone: str | None = None


def let_in_force(settings: Settings, db: Database, keys: DerivedKeys | None, ask: Ask, alone: str | None) -> InForce:
    """Return who lets a restored database be in force; raises ValueError where nobody does."""
    if Guarded.RESTORE not in settings.second_person:
        if alone is not None:
            raise ValueError("no second person is asked for (BAARI_SECOND_PERSON): leave --alone out")
        return InForce()
    if alone is not None:
        if not alone.strip():
            raise ValueError("say why it is done alone: it stands on record")
        return InForce(alone=alone.strip())
    if db.read(deciders) < 2:
        raise ValueError(TOO_FEW)
    return InForce(_asked(db, keys, ask))


def _asked(db: Database, keys: DerivedKeys | None, ask: Ask) -> tuple[int, ...]:
    """Return the numbers of two people; raises ValueError when they were wrong TRIES times."""
    wrong = ""
    for _ in range(TRIES):
        persons, wrong = _two(db, keys, ask(wrong), SystemClock().now())
        if not wrong:
            return persons
    raise ValueError(f"{wrong} That was wrong {TRIES} times.")


def _two(db: Database, keys: DerivedKeys | None, given: Two, now: datetime) -> tuple[tuple[int, ...], str]:
    """Return the numbers of two people, or what is wrong with what they gave."""
    numbers: list[int] = []
    for which, each in zip(("first", "second"), given, strict=True):
        number = db.read(lambda read, each=each: decider(read, keys, each, now))  # type: ignore[misc]
        if number is None:
            return (), WRONG.format(which=which)
        numbers.append(number)
    if numbers[0] == numbers[1]:
        return (), SAME
    if keys is not None:
        _take(db, keys, dict(zip(numbers, given, strict=True)), now)
    return tuple(numbers), ""


def _take(db: Database, keys: DerivedKeys, given: Mapping[int, Given], now: datetime) -> None:
    """Let the codes of both be good for nothing more."""

    def take(tx: Transaction) -> None:
        for number, each in given.items():
            take_code(tx, keys, number, each.code, now)

    db.write(None, take)


def prompted(wrong: str) -> Two:
    """Ask two people at the machine."""
    if wrong:
        click.echo(wrong, err=True)
    return _given("Who restores"), _given("The second person")


def _given(who: str) -> Given:
    user = click.prompt(f"{who}: user name", err=True)
    password = click.prompt("  password", hide_input=True, err=True)
    code = click.prompt("  code of the phone (none: leave it empty)", default="", show_default=False, err=True)
    return Given(user, password, code)

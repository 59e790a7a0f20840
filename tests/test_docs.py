"""The tables of the documentation say what the code says."""

import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from server.cli import cli
from server.config import PREFIX, Settings
from server.domain import errors
from server.domain.events.installation import Act
from server.domain.events.kinds import Kind
from server.domain.permissions import Role, matrix
from server.operations.doctor.finding import CURES
from server.web.problems import BELOW, status_of

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"


def first_cells(page: str) -> list[str]:
    """Return what stands in back quotes in the first column of a page's table."""
    return re.findall(r"^\| `([^`]+)`", (DOCS / page).read_text("utf-8"), re.MULTILINE)


def commands(group: click.Group, words: str = "baari") -> Iterator[str]:
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from commands(command, f"{words} {name}")
        else:
            yield f"{words} {name}"


def refusals(family: type[errors.Refused] = errors.Refused) -> Iterator[type[errors.Refused]]:
    for refusal in family.__subclasses__():
        yield refusal
        yield from refusals(refusal)


def test_every_setting_is_documented() -> None:
    assert first_cells("settings.md") == [PREFIX + name.upper() for name in Settings.model_fields]


def test_whatever_the_doctor_finds_wrong_is_documented_with_its_cure() -> None:
    rows = re.findall(r"^\| `([^`]+)` \| (?:warning|fault) \| (.*) \|$", (DOCS / "doctor.md").read_text("utf-8"), re.M)
    assert rows == [(code, cure.format(device="DEVICE")) for code, cure in CURES.items()]


def test_every_command_is_documented() -> None:
    assert sorted(first_cells("commands.md")) == sorted(commands(cli))


def test_every_event_is_documented() -> None:
    assert first_cells("events.md") == [kind.value for kind in (*Kind, *Act)]


def test_every_permission_is_documented_role_by_role() -> None:
    title, *rows = [line for line in (DOCS / "permissions.md").read_text("utf-8").splitlines() if line.startswith("| ")]
    roles = title.strip("| ").split(" | ")[1:]
    cells = [row.strip("| ").split(" | ") for row in rows]
    told = {action.strip("`"): dict(zip(roles, scopes, strict=True)) for action, *scopes in cells}
    table = {
        action: {role.value: scopes.get(role.value, "–").replace("_", " ") for role in Role}
        for action, scopes in matrix().items()
    }
    assert list(told.items()) == list(table.items())


def test_every_refusal_is_documented_with_its_status() -> None:
    rows = re.findall(r"^\| `([^`]+)` \| (\d+)", (DOCS / "errors.md").read_text("utf-8"), re.MULTILINE)
    ours = [(r.code, str(status_of(r("")))) for r in refusals()]
    assert sorted(rows) == sorted(ours + [(code, str(error.code)) for error, code in BELOW.items()])


def test_every_refusal_stands_in_the_tree_of_its_module() -> None:
    drawn = errors.__doc__ or ""
    assert [refusal.__name__ for refusal in refusals() if refusal.__name__ not in drawn] == []


def test_every_code_is_its_own() -> None:
    codes = [refusal.code for refusal in refusals()]
    assert sorted(codes) == sorted(set(codes))


def test_every_link_between_the_pages_leads_somewhere() -> None:
    for page in (*ROOT.glob("*.md"), *DOCS.rglob("*.md")):
        for target in re.findall(r"\]\((?!http)([^)#]+)\)", page.read_text("utf-8")):
            assert (page.parent / target).exists(), f"{page.name}: {target}"


@pytest.mark.parametrize("page", ["ARCHITECTURE.md", "CONTRIBUTING.md", "docs/calling-rule.md"])
def test_every_place_that_a_page_names_is_there(page: str) -> None:
    places = re.findall(
        r"`((?:server|tests|bench|hardware|migrations|kiosk|counter|display)/[\w./]*)`",
        (ROOT / page).read_text("utf-8"),
    )
    assert places
    assert [place for place in places if not (ROOT / place).exists()] == []

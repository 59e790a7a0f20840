"""The contract of the screens: what is committed is what the generator makes, and the server keeps to it."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from server.app import build_app, build_server
from server.config import Settings, load_settings
from server.contract.__main__ import contract, openapi_of
from server.contract.pages import with_matrix
from server.contract.types import models, named_schemas
from server.contract.typescript import Schema, declared, type_of
from server.domain.permissions import Permission, Role, may
from server.domain.token.lifecycle import CounterState, StepState
from tests.api.test_engine_api import Hall
from tests.factories import CENTRE, MORNING, Floor, StillClock
from tests.services.people.people import add_person

AT = f"/api/v1/centres/{CENTRE}"
ROOT = Path(__file__).parents[2]
PAGE = re.compile(r'<script type="application/json" id="page">(.*?)</script>', re.DOTALL)
TEXTS = dict(contract())


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.name)
def test_what_is_committed_is_what_the_server_makes(path: Path) -> None:
    assert path.read_text("utf-8") == TEXTS[path], "run `make contract`"


class Office(Hall):
    """A hall with pages, whose data fits the contract and has no name that the contract does not know."""

    def page(self, path: str, name: str) -> Any:
        """Open a page; return the data of its scripts."""
        script = PAGE.search(self.client.get(path).get_data(as_text=True))
        assert script is not None, path
        data = json.loads(script[1])
        assert [error.message for error in validator(name).iter_errors(data)] == []
        return data


def validator(name: str) -> Draft202012Validator:
    """Return what holds a value to a named schema of the contract."""
    named = {
        name: {"additionalProperties": False, **schema} if "properties" in schema else schema
        for name, schema in named_schemas(openapi_of(build_app(Settings()))).items()
    }
    in_one_place = re.sub(r'"#/(?:components/schemas|\$defs)/(?:\w+\.)*(\w+)"', r'"#/$defs/\1"', json.dumps(named))
    return Draft202012Validator({"$ref": f"#/$defs/{name}", "$defs": json.loads(in_one_place)})


@pytest.fixture
def office(sqlite_floor: Floor, tmp_path: Path) -> Iterator[Office]:
    settings = load_settings({"BAARI_DATA_DIR": str(tmp_path), "BAARI_DATABASE_URL": sqlite_floor.db.url})
    clock = sqlite_floor.db.clock = StillClock(MORNING)
    server = build_server(settings, db=sqlite_floor.db, clock=clock)
    with server.app.test_client() as client:
        office = Office(sqlite_floor, client)
        office.clock = clock
        yield office


def busy_floor(office: Office) -> str:
    """Let a floor do everything that screens are told of; returns the secret of somebody who was overtaken."""
    for desk in ("G1", "G2", "A1"):
        office.at(desk, "open")
    for need in (None, "senior", None, None):
        office.issue(need=need)
    office.wait(9)
    for verb in ("call-next", "recall", "start", "hold", "call-next"):
        office.at("G1", verb)
    office.at("A1", "pause", reason="break")
    office.ask(f"{AT}/notice", kind="pause", cause="power", on=True)
    office.ask(f"{AT}/notice", kind="pause", on=False)
    secret = str(office.issue()["status_url"]).rsplit("/", 1)[1]
    for verb in ("pause", "return"):
        office.send("POST", f"/api/v1/status/{secret}/{verb}", None)
    office.wait(1)
    office.issue(need="senior")
    office.at("G2", "call-next")
    return secret


def test_every_page_is_told_in_the_contract(office: Office) -> None:
    secret = busy_floor(office)
    add_person(office.floor, "asha", Role.MANAGER)
    office.client.post("/login", data={"user": "asha", "password": "right"})
    assert office.page("/counter", "ConsolePage")["reasons"]["longest_wait"]
    office.page("/manager", "ManagerPage")
    phone = office.page(f"/t/{secret}", "PhonePage")
    assert phone["status"]["overtaken"]["why"] == "priority"
    for key, path, name in (
        ("K1", f"/kiosk/{CENTRE}/K1", "KioskPage"),
        ("board-g", f"/display/{CENTRE}/board-g", "BoardPage"),
    ):
        role = Role.KIOSK if key == "K1" else Role.DISPLAY
        office.client.post(f"/pair?key={office.floor.key(role, device=key)}")
        office.page(path, name)
    assert phone["words"]["hi"][phone["called_first"]["priority"]]


def test_what_may_follow_what_stands_in_the_lifecycle_of_the_screens() -> None:
    text = TEXTS[ROOT / "server" / "static" / "live" / "lifecycle.js"]
    assert all(f"  {state}: Object.freeze(" in text for state in (*StepState, *CounterState, *Role))
    assert all(f'"{action}"' in text for action in Permission)
    assert text.count('"close_day"') == sum(may(role, Permission.CLOSE_DAY) for role in Role)


def test_every_model_of_an_answer_says_what_it_is() -> None:
    assert [model.__name__ for model in models() if not model.__doc__] == []


@pytest.mark.parametrize(
    ("schema", "written"),
    [
        ({"$ref": "#/components/schemas/CallAnswer.CallOut"}, "CallOut"),
        ({"enum": ["a", "b"]}, '"a" | "b"'),
        ({"const": "a"}, '"a"'),
        ({"anyOf": [{"type": "integer"}, {"type": "number"}, {"type": "null"}]}, "number | null"),
        ({"type": "array", "items": {"anyOf": [{"type": "string"}, {"type": "null"}]}}, "(string | null)[]"),
        ({"type": "array", "prefixItems": [{"type": "string"}, {"type": "boolean"}]}, "[string, boolean]"),
        ({"type": "object", "additionalProperties": {"type": "string"}}, "Record<string, string>"),
        ({"type": "object"}, "Record<string, unknown>"),
        ({"type": "object", "properties": {"a-b": {"type": "string"}}, "required": ["a-b"]}, '{ "a-b": string; }'),
        ({}, "unknown"),
    ],
)
def test_each_kind_of_schema_has_its_type(schema: Schema, written: str) -> None:
    assert type_of(schema) == written


def test_what_is_not_required_may_be_left_out() -> None:
    schema = {"description": "Who.", "properties": {"a": {"type": "string"}, "b": {"type": "null"}}, "required": ["a"]}
    assert declared("Who", schema) == "/** Who. */\nexport interface Who {\n  a: string;\n  b?: null;\n}\n"


def test_every_address_of_a_screen_stands_in_one_module() -> None:
    asked = re.compile(r"""["'`](/api/|/live|/kiosk/|/display/|/counter|/manager|/demo/|/t/)(?!static/)""")
    scripts = [
        path for name in ("server", "kiosk", "counter", "display") for path in (ROOT / name).rglob("static/**/*.js")
    ]
    own = [path for path in scripts if "vendor" not in path.parts]
    assert len(own) > 50
    assert {path.name for path in own if asked.search(path.read_text("utf-8"))} == {
        "addresses.js",
        "slip_addresses.js",
        "reference.js",
    }


def test_only_the_table_of_a_page_is_written_anew() -> None:
    page = "# Page\n\n| permission | old |\n|---|---|\n| `x` | – |\n\nAfter it.\n"
    written = with_matrix(page)
    assert written.startswith("# Page\n\n| permission | kiosk | ")
    assert written.endswith("|\n\nAfter it.\n")
    assert with_matrix(written) == written
    with pytest.raises(ValueError, match="no table"):
        with_matrix("# Page\n")

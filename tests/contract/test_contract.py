"""The contract of the screens: what is committed is what the generator makes, and the server keeps to it."""

import json
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import TestResponse

from server.app import build_server
from server.config import load_settings
from server.contract.__main__ import contract, openapi_of
from server.contract.types import models, named_schemas
from server.contract.typescript import Schema, declared, type_of
from server.domain.permissions import Action, Role, may
from server.domain.token.lifecycle import CounterState, StepState
from tests.api.test_engine_api import Hall
from tests.contract.schemas import misfits
from tests.factories import CENTRE, MORNING, Floor, StillClock
from tests.services.people.people import add_person

AT = f"/api/v1/centres/{CENTRE}"
ROOT = Path(__file__).parents[2]
PAGE = re.compile(r'<script type="application/json" id="page">(.*?)</script>', re.DOTALL)
TEXTS = dict(contract())


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.name)
def test_what_is_committed_is_what_the_server_makes(path: Path) -> None:
    assert path.read_text("utf-8") == TEXTS[path], "run `make contract`"


class Told(Hall):
    """A hall that compares every answer with the contract and remembers what was told."""

    def __init__(self, floor: Floor, client: Any) -> None:
        super().__init__(floor, client)
        self.openapi = openapi_of(client.application)
        self.named = named_schemas(self.openapi)
        self.seen: set[str] = set()

    def send(self, method: str, path: str, role: Role | None = Role.MANAGER, **more: Any) -> TestResponse:
        """Send a request; the answer has to fit."""
        answer = super().send(method, path, role, **more)
        if answer.status_code < 300:
            self.compare(answer.get_json(), self._schema(method, path.partition("?")[0]))
        return answer

    def compare(self, value: Any, schema: Schema) -> None:
        """Fail where a value differs from its schema."""
        assert list(misfits(value, schema, self.named)) == []

    def model(self, name: str, value: Any) -> None:
        """Compare a value with a named schema."""
        self.compare(value, self.named[name])

    def page(self, path: str, name: str) -> Any:
        """Open a page and compare the data of its scripts."""
        found = PAGE.search(self.client.get(path).get_data(as_text=True))
        assert found is not None, path
        self.model(name, json.loads(found[1]))
        return json.loads(found[1])

    def _schema(self, method: str, path: str) -> Schema:
        for template, operations in self.openapi["paths"].items():
            if re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", template), path) and method.lower() in operations:
                responses = operations[method.lower()]["responses"]
                good = next(answer for status, answer in responses.items() if status.startswith("2"))
                schema: Schema = good.get("content", {}).get("application/json", {}).get("schema", {})
                return schema
        raise AssertionError(f"{method} {path} is not in the document")


@pytest.fixture
def told(sqlite_floor: Floor, tmp_path: Path) -> Iterator[Told]:
    settings = load_settings({"BAARI_DATA_DIR": str(tmp_path), "BAARI_DATABASE_URL": sqlite_floor.db.url})
    clock = sqlite_floor.db.clock = StillClock(MORNING)
    server = build_server(settings, db=sqlite_floor.db, clock=clock)
    with server.app.test_client() as client:
        told = Told(sqlite_floor, client)
        told.clock = clock
        yield told


def busy_floor(told: Told) -> str:
    """Let a floor do everything that screens are told of; returns the secret of somebody who was overtaken."""
    for desk in ("G1", "G2", "A1"):
        told.at(desk, "open")
    for need in (None, "senior", None, None):
        told.issue(need=need)
    told.wait(9)
    for verb in ("call-next", "recall", "start", "hold", "call-next"):
        told.at("G1", verb)
    told.at("A1", "pause", reason="break")
    told.ask(f"{AT}/freeze", reason="fire")
    told.ask(f"{AT}/unfreeze")
    secret = str(told.issue()["status_url"]).rsplit("/", 1)[1]
    for verb in ("away", "return"):
        told.send("POST", f"/api/v1/status/{secret}/{verb}", None)
    told.wait(1)
    told.issue(need="senior")
    told.at("G2", "call-next")
    return secret


def test_every_answer_about_a_busy_floor_is_told_in_the_contract(told: Told) -> None:
    secret = busy_floor(told)
    reference, slot = "ARN-26-000099", (MORNING + timedelta(minutes=20)).isoformat()
    told.ask(f"{AT}/appointments", bookings=[{"reference": reference, "slot": slot, "service": "NORMAL"}])
    reads = (
        "snapshot",
        "events?after=0",
        "outlook",
        "stats",
        "freeze",
        "gate",
        "explain/F001",
        "appointments?tail=0099",
        "report",
    )
    for path in reads:
        for role in (Role.MANAGER, Role.KIOSK):
            told.send("GET", f"{AT}/{path}", role)
    line = told.send("GET", f"{AT}/counters/G1/line").get_json()
    assert line["next"]["rule"]
    assert line["held"]
    assert line["actions"]
    assert told.client.get(f"/api/v1/status/{secret}").get_json()["overtaken"]["why"]
    for role in (Role.MANAGER, Role.KIOSK):
        told.send("GET", f"{AT}/tokens/{line['held'][0]['id']}", role)
    told.send("GET", f"/api/v1/status/{secret}", None)


def test_every_page_is_told_in_the_contract(told: Told) -> None:
    secret = busy_floor(told)
    add_person(told.floor, "asha", Role.MANAGER)
    told.client.post("/login", data={"user": "asha", "password": "right"})
    assert told.page("/counter", "ConsolePage")["reasons"]["longest_wait"]
    told.page("/manager", "ManagerPage")
    phone = told.page(f"/t/{secret}", "PhonePage")
    assert phone["status"]["overtaken"]["why"] == "priority"
    for key, path, name in (
        ("K1", f"/kiosk/{CENTRE}/K1", "KioskPage"),
        ("board-g", f"/display/{CENTRE}/board-g", "BoardPage"),
    ):
        role = Role.KIOSK if key == "K1" else Role.DISPLAY
        told.client.get(f"/pair?key={told.floor.key(role, device=key)}")
        told.page(path, name)
    assert phone["words"]["hi"][phone["called_first"]["priority"]]


def test_what_may_follow_what_stands_in_the_lifecycle_of_the_screens() -> None:
    text = TEXTS[ROOT / "server" / "static" / "live" / "lifecycle.js"]
    assert all(f"  {state}: Object.freeze(" in text for state in (*StepState, *CounterState, *Role))
    assert all(f'"{action}"' in text for action in Action)
    assert text.count('"close_day"') == sum(may(role, Action.CLOSE_DAY) for role in Role)


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
    assert {path.name for path in own if asked.search(path.read_text("utf-8"))} == {"addresses.js", "reference.js"}

"""What every operation of the contract owes its callers: it works for whom it should, and refuses all else exactly."""

import itertools
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from server.app import build_server
from server.clock import SystemClock
from server.config import load_settings
from server.domain.derived import Purpose
from server.domain.permissions import PEOPLE, TABLE, Permission, Role, Scope
from server.services.people.keys import create_key, create_key_of_all
from server.services.views.day_report import DayReports
from server.storage import schema
from server.storage.database import Database
from server.web.derived import Keyring
from server.web.guard import CSRF_HEADER, STAFF_COOKIE, csrf_token
from server.web.presence import Presence
from server.web.reads import Reads
from server.web.site import EXTENSION, Site
from server.web.text import AS_TYPED
from server.web.views import Views
from tests.api.contract import Operation, contract, operations, wrong_types
from tests.api.recipes import NOT_THERE, RECIPES, ROLES, THERE, Ids, Recipe
from tests.factories import KEYS, MORNING, Floor, StillClock, install_floor, second_centre
from tests.services.people.people import add_person, signed_in


def may(operation: Operation) -> str:
    """Return the first letters of the roles that may; nobody as long as there is no recipe."""
    return RECIPES[operation.name].roles if operation.name in RECIPES else ""


ATTEMPTS = itertools.count()
STRANGER, ELSEWHERE = "stranger", "PSK-2"
INVALID, BAD_REQUEST = (422, "invalid_input"), (400, "bad_request")
EVERY = list(operations().values())
COMMANDS = [operation for operation in EVERY if operation.method == "POST"]
GUARDED = [operation for operation in EVERY if not operation.keyless]
IN_A_CENTRE = [operation for operation in GUARDED if "centre" in operation.params]
TAKING = [operation for operation in EVERY if operation.fields is not None]
ASKING = [operation for operation in EVERY if operation.query]
AT_COUNTERS = [operation for operation in GUARDED if "counter" in operation.params and "C" in may(operation)]
Refusal = tuple[int, str]


@dataclass(frozen=True, slots=True)
class Trial:
    """An operation on a floor that is ready for it; what `send` is not told is as the recipe says."""

    operation: Operation
    recipe: Recipe
    floor: Floor
    app: Flask
    site: Site
    keys: Mapping[str, str]
    ids: Ids
    seq: int

    @property
    def body(self) -> dict[str, Any]:
        """The body that works."""
        return {k: v.format(**self.ids) if isinstance(v, str) else v for k, v in self.recipe.body.items()}

    def send(self, *, role: str | None = None, attempt: str | None = None, **changes: Any) -> TestResponse:
        """Send the request that works, with `changes` of its `ids`, `query`, `json` or raw `data`."""
        headers = {"Idempotency-Key": f"attempt-{next(ATTEMPTS)}" if attempt is None else attempt}
        role = self.recipe.roles[-1:] if role is None else role
        client = self.app.test_client()
        self.app.extensions[EXTENSION] = self.site
        if self.recipe.by_person and role in ROLES and role in self.recipe.roles:
            headers[CSRF_HEADER] = self._sign_in(client, self.keys[f"person {role}"])
        elif role:
            headers["Authorization"] = f"Bearer {self.keys.get(role, role)}"
        path = self.operation.path.format(**{**self.ids, **changes.pop("ids", {})})
        sent = {"query_string": self.recipe.query, **changes}
        if self.operation.method == "POST" and "data" not in sent:
            sent.setdefault("json", self.body)
        return client.open(path, method=self.operation.method, headers=headers, **sent)

    def _sign_in(self, client: FlaskClient, secret: str) -> str:
        """Give a browser the cookie of a person; returns the header of their pages."""
        client.set_cookie(STAFF_COOKIE, secret)
        with self.app.app_context():
            return csrf_token(secret)

    def refusal(self, **changes: Any) -> Refusal:
        """Send a request that must be refused and change nothing; return its status and code."""
        answer = self.send(**changes)
        assert answer.content_type == "application/problem+json", answer.get_data(as_text=True)
        problem = answer.get_json()
        assert problem["status"] == answer.status_code
        assert self.floor.centre.event_seq == self.seq
        return answer.status_code, problem["code"]


Start = Callable[[Operation], Trial]


@pytest.fixture(scope="module")
def start(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Start]:
    """Return what begins a trial: its floor is a copy of one that was installed once."""
    folder = tmp_path_factory.mktemp("floors")
    template, keys = _template(folder / "template.sqlite")
    environ = {"BAARI_DATA_DIR": str(folder), "BAARI_SECRET_KEY": KEYS.secret.decode()}
    server = build_server(load_settings(environ))
    site: Site = server.app.extensions[EXTENSION]
    copies: list[Database] = []

    def begin(operation: Operation) -> Trial:
        path = shutil.copy(folder / "template.sqlite", folder / f"{len(copies)}.sqlite")
        copies.append(Database(f"sqlite:///{path}", synchronous="OFF"))
        floor, recipe = replace(template, db=copies[-1], minutes=itertools.count()), RECIPES[operation.name]
        ids = THERE | recipe.ready(floor)
        floor.db.clock = StillClock(floor.now())
        reads = Reads(floor.db)
        views = Views(reads, floor.db.now)
        presence, keyring = Presence(floor.db, site.real), Keyring(floor.db, site.settings.secret)
        reports = DayReports(floor.db, lambda: keyring.keys().key(Purpose.SEALS))
        own = replace(site, db=floor.db, reads=reads, views=views)
        now = replace(own, presence=presence, reports=reports, keyring=keyring)
        return Trial(operation, recipe, floor, server.app, now, keys, ids, floor.centre.event_seq)

    yield begin
    for db in (*copies, server.db):
        db.close()


def _template(path: Path) -> tuple[Floor, dict[str, str]]:
    """Install a floor, with a key of each role, one for counter G2, and one of another centre."""
    schema.migrate(f"sqlite:///{path}", synchronous="OFF")
    db = Database(f"sqlite:///{path}", synchronous="OFF")
    floor = install_floor(db)
    keys = {letter: floor.key(role) for letter, role in ROLES.items()}
    keys["G2"] = floor.key(Role.COUNTER, counter="G2")
    for letter, role in ROLES.items():
        keys[f"all {letter}"] = floor.write(lambda tx, role=role: create_key_of_all(tx, role, "test", MORNING))  # type: ignore[misc]
    keys[STRANGER] = db.write(second_centre(floor), lambda tx: create_key(tx, Role.MANAGER, "test", MORNING))
    for letter, role in ROLES.items():
        if role in PEOPLE:
            add_person(floor, letter, role)
            keys[f"person {letter}"] = signed_in(floor, letter, SystemClock().now())
    db.close()
    return floor, keys


@pytest.fixture(scope="module")
def trial(start: Start, request: pytest.FixtureRequest) -> Trial:
    """Return a trial that all refusals of an operation share: they change nothing."""
    return start(request.param)


def refused(chosen: list[Operation]) -> pytest.MarkDecorator:
    """Let a test of refusals run for each operation."""
    return pytest.mark.parametrize("trial", chosen, ids=lambda operation: operation.name, indirect=True, scope="module")


def each(chosen: list[Operation]) -> pytest.MarkDecorator:
    """Let a test run for each operation, which it starts itself."""
    return pytest.mark.parametrize("operation", chosen, ids=lambda operation: operation.name)


def test_every_operation_has_its_recipe_and_every_route_stands_in_the_contract(start: Start) -> None:
    assert set(operations()) == set(RECIPES)
    rules = [rule for rule in start(EVERY[0]).app.url_map.iter_rules() if rule.rule.startswith("/api/v1/")]
    assert sum(len((rule.methods or set()) - {"HEAD", "OPTIONS"}) for rule in rules) == len(EVERY)


@each(EVERY)
def test_it_works_for_everybody_who_may(start: Start, operation: Operation) -> None:
    recipe = RECIPES[operation.name]
    for role in recipe.roles or [""]:
        answer = start(operation).send(role=role)
        assert answer.status_code == recipe.status, (role, answer.get_json())


@each(COMMANDS)
def test_a_retry_gets_the_first_answer_and_another_body_none(start: Start, operation: Operation) -> None:
    trial = start(operation)
    first = trial.send(attempt="once")
    assert first.status_code == trial.recipe.status, first.get_json()
    done = trial.floor.centre.event_seq
    again = trial.send(attempt="once")
    assert (again.status_code, again.get_json()) == (first.status_code, first.get_json())
    other = trial.send(attempt="once", json=other_body(trial))
    assert (other.status_code, other.get_json()["code"]) == (422, "idempotency_key_reused")
    assert trial.floor.centre.event_seq == done


def other_body(trial: Trial) -> dict[str, Any]:
    """Return another body that fits: with a null or a false spelt out, else with another value in its last field."""
    for name, field in (trial.operation.fields or {"other": {"type": "boolean"}}).items():
        spelt = {"null": None, "boolean": False}
        kinds = [part.get("type") for part in (field, *field.get("anyOf", ())) if part.get("type") in spelt]
        if kinds and name not in trial.body:
            return trial.body | {name: spelt[kinds[0]]}
    name, value = list(trial.body.items())[-1]
    known = (trial.operation.fields or {}).get(name, {}).get("enum", [])
    later = value.replace("T12:", "T13:") if isinstance(value, str) else value
    other = next((word for word in (*known, later) if word != value), None)
    return trial.body | {name: other or value + value}


@refused(GUARDED)
def test_a_role_that_may_not_is_refused(trial: Trial) -> None:
    for role in set(ROLES) - set(trial.recipe.roles):
        assert trial.refusal(role=role) == (403, "forbidden"), role


def permission_of(trial: Trial) -> Permission:
    """Return what an operation asks for: no kiosk goes beyond its centre, and a refusal names the permission."""
    answer = trial.send(role="all K", ids={"centre": ELSEWHERE})
    assert answer.status_code == 403, answer.get_json()
    return Permission(answer.get_json()["permission"])


@refused(IN_A_CENTRE)
def test_whoever_the_table_names_may_and_nobody_else(trial: Trial) -> None:
    assert {ROLES[letter] for letter in trial.recipe.roles} == set(TABLE[permission_of(trial)])


@refused(IN_A_CENTRE)
def test_each_role_goes_as_far_as_the_table_says_and_no_further(trial: Trial) -> None:
    permission = permission_of(trial)
    for letter in trial.recipe.roles:
        answer = trial.send(role=f"all {letter}", ids={"centre": ELSEWHERE})
        told = answer.get_json()
        lacking = (answer.status_code, told.get("permission"), told.get("scope")) == (403, permission.value, "all")
        assert lacking is not (TABLE[permission][ROLES[letter]] is Scope.ALL), (letter, told)


@refused(IN_A_CENTRE)
def test_a_key_of_another_centre_is_refused(trial: Trial) -> None:
    assert trial.refusal(role=STRANGER) == (403, "forbidden")


@refused(GUARDED)
def test_without_a_key_or_with_an_unknown_one_nothing_answers(trial: Trial) -> None:
    for key in ("", "baari_unknown"):
        assert trial.refusal(role=key) == (401, "unauthenticated"), key
        assert trial.send(role=key).headers["WWW-Authenticate"] == 'Bearer realm="baari"'


@refused(AT_COUNTERS)
def test_a_key_of_another_counter_is_refused(trial: Trial) -> None:
    assert trial.refusal(role="G2") == (403, "forbidden")


@refused(EVERY)
def test_a_name_that_is_not_there_is_refused(trial: Trial) -> None:
    for param in trial.operation.params:
        name, *refusal = NOT_THERE[param]
        assert trial.refusal(ids={param: name}) == tuple(refusal), param


@refused(EVERY)
def test_a_zero_character_is_refused_wherever_it_stands(trial: Trial) -> None:
    """PostgreSQL would fail at it; of a reference nothing but its letters and digits gets so far."""
    for param in trial.operation.params:
        assert trial.refusal(ids={param: "\0"}) == BAD_REQUEST, param
    assert trial.refusal(query_string={"language": "\0"}) == BAD_REQUEST
    for name in (trial.operation.fields or {}).keys() - AS_TYPED:
        assert trial.refusal(json=trial.body | {name: "a\0"}) == BAD_REQUEST, name


@refused(COMMANDS)
def test_a_command_without_an_idempotency_key_or_with_a_long_one_is_refused(trial: Trial) -> None:
    for key in ("", " ", "x" * 201):
        assert trial.refusal(attempt=key) == (400, "idempotency_key_missing"), key


@refused(TAKING)
def test_a_body_with_a_missing_or_an_unknown_field_is_refused(trial: Trial) -> None:
    for name in trial.operation.needed:
        assert trial.refusal(json={k: v for k, v in trial.body.items() if k != name}) == INVALID, name
    assert trial.refusal(json=trial.body | {"no_such_field": 1}) == INVALID


@refused(TAKING)
def test_a_body_of_a_wrong_type_is_refused(trial: Trial) -> None:
    for name, field in (trial.operation.fields or {}).items():
        for wrong in wrong_types(field, trial.body.get(name)):
            assert trial.refusal(json=trial.body | {name: wrong}) == INVALID, (name, wrong)
    assert trial.refusal(json=[trial.body]) == INVALID
    assert trial.refusal(data="{") == BAD_REQUEST


@refused(ASKING)
def test_a_question_that_is_incomplete_or_of_a_wrong_type_is_refused(trial: Trial) -> None:
    asked = trial.recipe.query
    for name in trial.operation.query_needed:
        assert trial.refusal(query_string={k: v for k, v in asked.items() if k != name}) == INVALID, name
    for name, field in trial.operation.query.items():
        if "seven" in wrong_types(field, None) or "format" in str(field):
            assert trial.refusal(query_string={**asked, name: "seven"}) == INVALID, name
    assert trial.refusal(query_string={**asked, "no_such_field": "1"}) == INVALID


@pytest.mark.parametrize("path", contract()["paths"])
def test_a_method_that_an_address_does_not_know_is_refused_with_those_it_knows(start: Start, path: str) -> None:
    trial = start(EVERY[0])
    known = {method.upper() for method in contract()["paths"][path] if method != "parameters"}
    known |= {"HEAD"} if "GET" in known else set()
    for method in {"TRACE", "GET", "POST", "PUT", "PATCH", "DELETE"} - known:
        answer = trial.app.test_client().open(path.format(**dict.fromkeys(NOT_THERE, "1")), method=method)
        assert (answer.status_code, answer.get_json()["code"]) == (405, "method_not_allowed"), method
        assert answer.content_type == "application/problem+json"
        assert set(answer.headers["Allow"].split(", ")) == known | {"OPTIONS"}, method

"""Routes that were found are remembered, and answer as if they were looked up."""

import pytest
from werkzeug.exceptions import MethodNotAllowed, NotFound
from werkzeug.routing import MapAdapter, Rule
from werkzeug.routing.exceptions import WebsocketMismatch
from werkzeug.routing.matcher import StateMachineMatcher

from server.web import routes
from server.web.routes import Routes

HOST = "centre.example"


def of(*rules: Rule) -> Routes:
    return Routes(rules)


def asked(known: Routes, path: str, method: str = "GET", scheme: str = "http") -> MapAdapter:
    return known.bind(HOST, url_scheme=scheme, path_info=path, default_method=method)


@pytest.fixture
def looked_up(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The paths that Werkzeug compared with the routes."""
    paths: list[str] = []
    match = StateMachineMatcher.match

    def counted(self: StateMachineMatcher, domain: str, path: str, method: str, websocket: bool) -> object:
        paths.append(path)
        return match(self, domain, path, method, websocket)

    monkeypatch.setattr(StateMachineMatcher, "match", counted)
    return paths


def test_an_address_is_looked_up_once(looked_up: list[str]) -> None:
    known = of(Rule("/counters/<counter>", endpoint="counter"))
    assert [asked(known, "/counters/A1").match() for _ in range(3)] == [("counter", {"counter": "A1"})] * 3
    assert asked(known, "/counters/A2").match() == ("counter", {"counter": "A2"})
    assert looked_up == ["/counters/A1", "/counters/A2"]


def test_what_a_view_does_to_the_names_of_its_address_the_next_request_does_not_see() -> None:
    known = of(Rule("/counters/<counter>", endpoint="counter"))
    asked(known, "/counters/A1").match()[1]["counter"] = "B2"  # type: ignore[index]  # as a careless view would
    assert asked(known, "/counters/A1").match()[1] == {"counter": "A1"}


def test_the_method_and_a_websocket_belong_to_what_is_asked() -> None:
    known = of(Rule("/call", endpoint="look", methods=["GET"]), Rule("/call", endpoint="act", methods=["POST"]))
    assert [asked(known, "/call", method).match()[0] for method in ("GET", "POST", "GET")] == ["look", "act", "look"]
    with pytest.raises(MethodNotAllowed):
        asked(known, "/call", "DELETE").match()
    alone = of(Rule("/call", endpoint="look"))
    assert asked(alone, "/call").match()[0] == "look"
    with pytest.raises(WebsocketMismatch):
        asked(alone, "/call", scheme="ws").match()


def test_what_is_no_address_is_not_remembered(looked_up: list[str]) -> None:
    known = of(Rule("/call", endpoint="call"))
    for _ in range(2):
        with pytest.raises(NotFound):
            asked(known, "/nowhere").match()
    assert looked_up == ["/nowhere"] * 2


def test_a_route_that_comes_later_is_found_by_who_asked_before() -> None:
    known = of(Rule("/<name>", endpoint="any"))
    assert asked(known, "/call").match()[0] == "any"
    known.add(Rule("/call", endpoint="call"))
    assert asked(known, "/call").match()[0] == "call"


def test_strangers_who_ask_for_many_addresses_fill_no_memory(
    looked_up: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(routes, "KEPT", 3)
    known = of(Rule("/t/<secret>", endpoint="status"))
    for number in range(4):
        asked(known, f"/t/{number}").match()
    assert len(known._matcher._routes) == 1  # type: ignore[attr-defined]  # what is kept is seen from nowhere else
    asked(known, "/t/0").match()
    assert looked_up == ["/t/0", "/t/1", "/t/2", "/t/3", "/t/0"]

"""Where a plan sends a token when a stage is finished, and what its counters take."""

from dataclasses import replace
from typing import Any

import pytest

from server.domain.calling.profile import Profile
from server.domain.plan.plan import Plan, Service, Stage
from server.domain.token.lifecycle import TokenEnd
from server.domain.token.route import Following, Outcome, Stop
from server.domain.token.token import Token
from tests.domain.test_rules import make_plan
from tests.factories import DAY, make_step, make_token

OUTCOMES = {
    "ok": Outcome(),
    "later": Outcome(to="end", returns=True),
    "refused": Outcome(to="end", ends=TokenEnd.REFUSED),
}
ROUTES = {"default": ("G", "A"), "enquiry": ("E", "X")}


def plan() -> Plan:
    """Return a plan of two routes and three services, of which two share one route."""
    stages = {code: Stage(code, {"en": code}, code, "ok", OUTCOMES, 5) for code in "GAEX"}
    routes = {"NORMAL": "default", "PCC": "default", "ENQUIRY": "enquiry"}
    services = {code: Service(code, {"en": code}, "ticket", route, "N") for code, route in routes.items()}
    return replace(
        make_plan(), stages=stages, routes=ROUTES, services=services, profiles={"A7": Profile("A7", step_free=False)}
    )


def at(stage: str, **changes: Any) -> Token:
    return make_token(step=make_step(stage=stage), **changes)


def test_a_token_goes_along_its_route_and_out() -> None:
    assert plan().stop(at("G", then=("ENQUIRY",)), "ok", DAY) == Stop("A")
    assert plan().stop(at("A"), "ok", DAY) == Stop(None)


def test_at_the_end_of_a_route_the_next_service_begins_with_another_route() -> None:
    stop = plan().stop(at("A", then=("PCC", "ENQUIRY", "NORMAL")), "ok", DAY)
    assert stop == Stop("E", following=Following("ENQUIRY", "N", "enquiry", ()))
    assert plan().stop(at("A", then=("PCC",)), "ok", DAY) == Stop(None)


@pytest.mark.parametrize(
    ("outcome", "ends"), [("later", TokenEnd.DONE), ("refused", TokenEnd.DONE), ("ok", TokenEnd.REFUSED)]
)
def test_who_has_to_return_and_who_was_refused_gets_no_other_service(outcome: str, ends: TokenEnd) -> None:
    stop = plan().stop(at("A", then=("ENQUIRY",), ends=ends), outcome, DAY)
    assert (stop.stage, stop.following) == (None, None)
    assert (stop.return_until is not None) == (outcome == "later")


def test_a_counter_takes_what_its_rules_say_and_one_without_rules_takes_all() -> None:
    assert plan().profile("A7", "staff:1") == Profile("A7", "staff:1", step_free=False)
    assert plan().profile("A8") == Profile("A8")

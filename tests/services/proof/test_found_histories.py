"""Short histories that the state machine found: each once broke a promise."""

import secrets
from datetime import date

import pytest

from server.domain.actors import By
from server.domain.errors import LaterAct
from server.services.floor import undo
from server.services.numbers import leases
from server.services.setup.presets import install_centre, load_preset
from server.services.setup.shapes import Preset
from server.storage.database import Database
from tests.factories import Floor, at_time, install_floor
from tests.services.machine.plan import small_centre


def install(db: Database, preset: Preset) -> Floor:
    """Install a centre beside others."""
    epoch = secrets.token_hex(4)
    centre = db.write(None, lambda tx: install_centre(tx, preset, date(2026, 1, 1), epoch, demo=True))
    return Floor(db, centre, preset)


def gate_only() -> Preset:
    """Return a centre of one stage whose ids are nobody else's."""
    shape = load_preset("M").model_dump(mode="json")
    shape["centre"]["code"] = "GATE"
    shape["stages"] = [shape["stages"][0] | {"code": "H"}]
    shape["routes"] = {route: ["H"] for route in shape["routes"]}
    shape["kiosks"] = [shape["kiosks"][0] | {"id": "H1"}]
    return Preset.model_validate(shape)


def test_an_action_is_not_undone_when_a_later_one_left_the_same_state(floor: Floor) -> None:
    floor.issue()
    floor.open("G1")
    floor.call("G1")
    floor.start("G1")
    floor.hold("G1")
    event = floor.centre.event_seq
    floor.resume("G1")
    floor.hold("G1")
    with pytest.raises(LaterAct):
        floor.undo("G1", event)
    assert floor.undo("G1", event + 2).state == "serving"
    assert floor.verdict().ok


def test_after_a_manager_took_back_an_action_its_counter_can_take_back_the_one_before(floor: Floor) -> None:
    token = floor.issue()
    floor.open("G1")
    floor.call("G1")
    floor.start("G1")
    now = floor.now()
    assert floor.write(lambda tx: undo.undo_of(at_time(tx, now), token.id, By("manager"))).token.state == "called"
    assert floor.undo("G1").state == "waiting"


def test_a_call_out_of_order_of_somebody_a_counter_may_not_take_gives_nobody_the_turn_of_its_line(db: Database) -> None:
    floor = install(db, small_centre())
    stranger, elder = floor.issue(), floor.issue("TATKAAL")
    for _ in range(6):
        floor.issue(need="senior")
    floor.open("G3")
    called = [floor.serve("G3").id for _ in range(2)]
    floor.call_token("G3", stranger)
    floor.start("G3")
    floor.finish("G3")
    called.append(floor.serve("G3").id)
    assert called.index(elder.id) == 2
    assert floor.verdict().faults == []


def test_two_centres_lease_numbers_under_the_same_event_number(db: Database) -> None:
    floors = [install_floor(db), install(db, gate_only())]
    first, second = (floor.lease() for floor in floors)
    assert first.id == second.id
    floors[0].void(first)
    now = floors[1].now()
    assert (
        floors[1].write(lambda tx: leases.void(at_time(tx, now), second.id, "pad lost", By("test"))).void_reason
        == "pad lost"
    )

"""A centre as a YAML file: validated, then written as rows."""

from datetime import date
from importlib.resources import files

import yaml

from server.domain.actors import CLI, By
from server.domain.errors import AlreadyThere
from server.domain.events.installation import CentreInstalled
from server.domain.plan.hours import WEEKDAYS
from server.domain.token.lifecycle import CounterState
from server.services.setup.rules import POLICIES
from server.services.setup.shapes import Preset, StageShape
from server.services.setup.versions import add_version
from server.storage.installation import InstallationLog
from server.storage.sql import setup
from server.storage.transaction import Transaction


def preset_names() -> list[str]:
    """Return the presets that come with Baari."""
    return sorted(f.name.removesuffix(".yaml") for f in files("server.presets").iterdir() if f.name.endswith(".yaml"))


def load_preset(name: str) -> Preset:
    """Return a preset by name; raises LookupError, and ValueError for a file that does not fit."""
    if name not in preset_names():
        raise LookupError(f"there is no preset {name!r}; there are {', '.join(preset_names())}")
    text = (files("server.presets") / f"{name}.yaml").read_text("utf-8")
    return Preset.model_validate(yaml.safe_load(text))


def always_open(preset: Preset) -> Preset:
    """Return a preset whose hours are 00:00 to 24:00 on every day: for demos in real time, and for tests."""
    always = {"open": "00:00", "close": "24:00", "tokens": ("00:00", "24:00"), "lunch": None, "days": list(WEEKDAYS)}
    return preset.model_copy(update={"hours": preset.hours.model_copy(update=always)})


def install_centre(
    tx: Transaction, preset: Preset, valid_from: date, epoch: str, by: By = CLI, /, *, demo: bool
) -> int:
    """Write a preset as the rows of a new centre and return its id; raises AlreadyThere.

    Codes of centres are unique in the installation; all else is unique in its centre.
    """
    centre = preset.centre
    if setup.code_is_taken(tx.conn, centre.code):
        raise AlreadyThere(f"There is a centre “{centre.code}” already.")
    begun = {"event_seq": 0, "head": "", "plan_version": 0, "plans": [], "freezes": [], "notices": []}
    values = {**centre.model_dump(), "demo": demo, "epoch": epoch, **begun}
    centre_id = setup.insert_centre(tx.conn, values)
    for part, rows in _parts(preset, valid_from).items():
        setup.insert_part(tx.conn, centre_id, part, rows)
    with tx.within(centre_id):
        add_version(tx, valid_from)
    first = setup.versions(tx.conn, centre_id)[0]
    InstallationLog(tx, tx.now).record(CentreInstalled(centre_id, centre.code, first.sha256), by)
    return centre_id


def _parts(preset: Preset, valid_from: date) -> dict[str, list[dict[str, object]]]:
    return {
        "zones": [{"code": stage.code, "name": stage.name} for stage in preset.stages],
        "stages": [_stage_row(stage, place) for place, stage in enumerate(preset.stages)],
        "routes": [{"code": code, "stages": stages} for code, stages in preset.routes.items()],
        "series": _series_rows(preset),
        "services": [service.model_dump() | {"position": place} for place, service in enumerate(preset.services)],
        "policies": _policy_rows(preset, valid_from),
        "counters": _counter_rows(preset),
        "devices": _device_rows(preset),
    }


def _stage_row(stage: StageShape, place: int) -> dict[str, object]:
    row = stage.model_dump(mode="json", include={"code", "name", "ok", "outcomes", "service_min"})
    return row | {"zone": stage.code, "position": place}


def _series_rows(preset: Preset) -> list[dict[str, object]]:
    """Return the series and, as series of their own, the overflow letters."""
    main = [series.model_dump() for series in preset.series]
    spare = [{**row, "letter": row["overflow"], "overflow": None} for row in main if row["overflow"]]
    return main + spare


def _policy_rows(preset: Preset, valid_from: date) -> list[dict[str, object]]:
    document = preset.model_dump(mode="json")
    return [{"kind": kind, "valid_from": valid_from, "body": document[kind]} for kind in POLICIES]


def _counter_rows(preset: Preset) -> list[dict[str, object]]:
    ids = [(stage.code, counter) for stage in preset.stages for counter in preset.counters_of(stage)]
    closed = {"state": CounterState.CLOSED.value, "reason": None, "since": None}
    return [{"id": counter, "stage": stage, "position": place, **closed} for place, (stage, counter) in enumerate(ids)]


def _device_rows(preset: Preset) -> list[dict[str, object]]:
    """Return a printer for each kiosk, the kiosks, and a board for each zone."""
    printers = [
        _device(f"printer-{kiosk.id.lower()}", "printer", f"Printer of {kiosk.name}") for kiosk in preset.kiosks
    ]
    kiosks = [
        _device(kiosk.id, "kiosk", kiosk.name, printer=printer["id"], settings={"accessible": kiosk.accessible})
        for kiosk, printer in zip(preset.kiosks, printers, strict=True)
    ]
    boards = [
        _device(f"board-{stage.code.lower()}", "board", f"Board {stage.code}", zone=stage.code)
        for stage in preset.stages
    ]
    return printers + kiosks + boards


def _device(id_: str, kind: str, name: str, **more: object) -> dict[str, object]:
    return {"id": id_, "kind": kind, "name": name, "zone": None, "printer": None, "settings": {}, **more}

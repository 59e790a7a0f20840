"""The small centre of the state machine: preset M with few counters, skills, short series, and sharp limits."""

from typing import Any

from server.services.setup.presets import load_preset
from server.services.setup.shapes import Preset

STAGES = {"G": 3, "A": 3, "AX": 1, "B": 2, "C": 1, "X": 1, "E": 1}
COUNTERS = [f"{stage}{n}" for stage, count in STAGES.items() for n in range(1, count + 1)]
ROUTES = {"default": ("G", "A", "B", "C", "X"), "enquiry": ("E",)}
SERVICES = {
    "NORMAL": ("default", "N"),
    "TATKAAL": ("default", "T"),
    "PCC": ("default", "P"),
    "RETURN": ("default", "R"),
    "ENQUIRY": ("enquiry", "E"),
}
NEEDS = dict.fromkeys(("senior", "disability", "pregnant", "infant"), "F")
ACCESS = ("hearing", "sight", "wheelchair", "escort")
LAST, OVERFLOW = {"N": 9, "M": 9}, {"N": "M", "T": "U", "F": "V", "P": "Q", "R": "S", "E": "D"}
# stage: outcome: where to, how the token will end, whether it decides, whether there is a return slip; the ok is first
OUTCOMES: dict[str, dict[str, tuple[str, str | None, bool, bool]]] = {
    "G": {"ok": ("next", None, False, False), "refused": ("end", "refused", False, True)},
    "A": {"ok": ("next", None, False, False)},
    "AX": {"ok": ("back", None, False, False)},
    "B": {"ok": ("next", None, False, False), "error": ("AX", None, False, False)},
    "C": {
        "granted": ("next", None, True, False),
        "deferred": ("X", None, True, True),
        "refused": ("X", "refused", True, True),
    },
    "X": {"ok": ("next", None, False, False)},
    "E": {"ok": ("next", None, False, False)},
}
DESKS: dict[str, dict[str, Any]] = {
    "G3": {"reserved": ["F", "T"]},
    "A2": {"step_free": False},
    "A3": {"languages": ["mr"], "prefers": ["P"]},
    "B2": {"reserved": ["F", "T"]},
}
OPERATORS = {"A1": "staff:7"}
REASONS = ("unwell", "called_away", "system_fault", "staff_error", "instruction")
QUOTA, PATIENCE_S, EMERGENCIES = 3, 60, 2
TARGETS = {"N": 30, "T": 10, "F": 5, "P": 15, "R": 60, "E": 10}


def small_centre() -> Preset:
    """Return the preset that the constants of this module speak of."""
    shape = load_preset("M").model_dump(mode="json")
    for stage in shape["stages"]:
        stage |= {"counters": STAGES[stage["code"]], "open": None}
    for series in shape["series"]:
        series["last"] = LAST.get(series["letter"], 999)
    shape["profiles"] = DESKS
    shape["calling"] |= {"quota": QUOTA, "targets": TARGETS, "language_patience_s": PATIENCE_S}
    shape["floor"]["emergencies_per_hour"] = EMERGENCIES
    return Preset.model_validate(shape)

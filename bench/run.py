"""The parts of the benchmarks, one after the other: every figure beside a raw limit of the same minutes."""

import sys
import tempfile
from collections.abc import Collection, Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import NamedTuple

from bench import boards, consoles, growth, hostile, http32, payload, phones, postgresql, rates, sign_in, statements
from bench.part import Measure, Outcome, Setting


class Part(NamedTuple):
    """A part of the benchmarks: what it is about, and what measures it."""

    about: str
    measure: Measure


PARTS: Mapping[str, Part] = {
    "in_process": Part("commands a second, in process", rates.in_process),
    "http": Part("commands a second, over HTTP", rates.over_http),
    "http32": Part("commands over HTTP beside a bare view", http32.measure),
    "boards": Part("from the call to the last board", boards.measure),
    "consoles": Part("boards and calls beside 36 consoles", consoles.measure),
    "growth": Part("growth", growth.measure),
    "statements": Part("statements", statements.measure),
    "postgresql": Part("PostgreSQL beside SQLite, and two processes", postgresql.measure),
    "sign_in": Part("issues while people sign in", sign_in.measure),
    "hostile": Part("calls while strangers do their worst", hostile.measure),
    "phones": Part("the status page of a phone", phones.measure),
    "payload": Part("an issue in this build and in another", payload.measure),
}


def run(setting: Setting, names: Collection[str] = ()) -> tuple[dict[str, object], list[str]]:
    """Run the parts named, or all, in a folder of their own on the setting's disk.

    Returns the figures, and lines for people.
    """
    outcomes: dict[str, Outcome] = {}
    with tempfile.TemporaryDirectory(dir=setting.folder, prefix="baari-bench-") as folder:
        here = replace(setting, folder=Path(folder))
        for name in names or PARTS:
            print(f"{PARTS[name].about} …", file=sys.stderr, flush=True)
            outcomes[name] = PARTS[name].measure(here)
    aims = [aim for outcome in outcomes.values() for aim in outcome.aims]
    figures = {name: outcome.figures for name, outcome in outcomes.items()}
    lines = [line for outcome in outcomes.values() for line in (*outcome.lines, "")]
    targets = [{**asdict(aim), "ok": aim.ok} for aim in aims]
    return {**figures, "targets": targets}, [*lines, "to reach", *map(str, aims)]

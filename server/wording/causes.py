"""Why a centre may tell everybody of an emergency, an outage or a pause: the usual causes, in many languages."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files

import yaml

from server.domain.notice import Cause, NoticeKind

FILE = files("server.wording") / "causes.yaml"


@cache
def usual_causes() -> Mapping[str, Cause]:
    """Return the causes that every centre has, by their codes."""
    known = yaml.safe_load(FILE.read_text("utf-8"))
    return {
        code: Cause(
            frozenset(map(NoticeKind, cause["kinds"])),
            cause["name"],
            cause["icon"],
            known["verbs"][cause["verb"]] if "verb" in cause else None,
        )
        for code, cause in known["causes"].items()
    }

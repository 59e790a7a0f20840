"""The settings of a printer as they are kept, names and loose values: read here, and their faults named."""

from collections.abc import Mapping

Settings = Mapping[str, object]


class WrongSettings(ValueError):
    """A printer cannot be used as it is set; the message says which setting is wrong."""


def text_of(settings: Settings, name: str, default: str | None = None) -> str:
    """Return a setting; raises WrongSettings when it is not there and has no default."""
    value = settings.get(name, default)
    if not isinstance(value, str) or not value:
        raise WrongSettings(f"the printer's setting “{name}” is missing")
    return value


def number_of(settings: Settings, name: str, default: int) -> int:
    """Return a setting that is a whole number, also when it is written as text; raises WrongSettings."""
    value = str(settings.get(name, default))
    if not value.isdecimal():
        raise WrongSettings(f"the printer's setting “{name}” is not a whole number: {value}")
    return int(value)

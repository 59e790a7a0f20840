"""References of applications, as requests name them."""

from typing import Annotated

from pydantic import Field

from server.domain.errors import UnknownAppointment
from server.domain.references import RAW_MAX, Reference, referred
from server.web.site import site

ReferenceText = Annotated[str, Field(min_length=1, max_length=RAW_MAX)]
"""A reference as it was typed, scanned or told: it is looked for in its normal form."""


def reference_of(text: str | None) -> Reference | None:
    """Return the reference that a text names, None when there is no text or it cannot be one."""
    return None if text is None else referred(text, site().derived_keys())


def shown_reference(text: str | None) -> Reference | None:
    """Return the reference that somebody shows, None when they show none; raises UnknownAppointment."""
    return None if text is None else required_reference(text)


def required_reference(text: str) -> Reference:
    """Return the reference that a text names; raises UnknownAppointment for what cannot be one."""
    reference = reference_of(text)
    if reference is None:
        raise UnknownAppointment("A reference has 4 to 64 letters and digits.")
    return reference

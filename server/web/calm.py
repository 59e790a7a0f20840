"""What the present request counts towards: tokens that nobody of the staff takes, phone numbers, and guesses."""

from collections.abc import Iterator
from contextlib import contextmanager

from flask import request

from server.domain.errors import UnknownToken
from server.domain.networks import network_of
from server.domain.permissions import Role
from server.domain.person_data import phone_hashes
from server.services.people.principal import Principal
from server.web.limits import Limit
from server.web.site import site

GIVES = {Role.KIOSK: Limit.KIOSK, Role.INTEGRATION: Limit.INTEGRATION}
"""Who gives tokens by itself, and how many."""


def require_calm_device(principal: Principal, phone: str | None) -> None:
    """Count a token that somebody takes who is no staff, and one of a phone number; raises RateLimited."""
    limit = GIVES.get(principal.role)
    if limit is not None:
        site().limits.require(limit, principal.id)
    if phone is not None:
        here = site()
        here.limits.require(Limit.PHONE, phone_hashes(phone, here.derived_keys())[0])


@contextmanager
def guesses() -> Iterator[None]:
    """Count a secret that nobody has at the address it comes from; raises RateLimited after too many."""
    try:
        yield
    except UnknownToken:
        site().limits.require(Limit.GUESSES, network_of(request.remote_addr or ""))
        raise

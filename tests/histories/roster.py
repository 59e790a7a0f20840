"""The officers of a floor: a person for each counter, who signs in on the page as staff do."""

import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple

import httpx

from server.domain.permissions import Role
from server.services.people import sign_in
from server.storage.database import Database
from server.storage.sql import centres
from server.web.guard import CSRF_HEADER, STAFF_COOKIE
from tests.factories import CENTRE, MORNING
from tests.services.people.people import HASH, PASSWORD


class Member(NamedTuple):
    """An officer: the id as one to whom people are sent, the user name, and the headers of their session."""

    id: str
    user: str
    headers: Mapping[str, str]


Team = Mapping[str, Member]
"""The officers by the counter that is theirs."""


def signed_in_for(counters: Iterable[str], db: Database, url: str) -> Team:
    """Write an officer for each counter, and let them sign in at a server."""
    centre = db.read(lambda conn: centres.centre_by_code(conn, CENTRE).id)

    def added(user: str) -> int:
        return db.write(centre, lambda tx: sign_in.add_staff(tx, user, Role.COUNTER, HASH, MORNING))

    users = {counter: f"officer-{counter.lower()}" for counter in counters}
    return {counter: Member(f"staff:{added(user)}", user, _session(url, user)) for counter, user in users.items()}


def _session(url: str, user: str) -> dict[str, str]:
    """Sign in, and return what a browser sends with the commands of a console."""
    with httpx.Client(base_url=url, timeout=60) as http:
        http.post("/login", data={"user": user, "password": PASSWORD})
        page = http.get("/counter", follow_redirects=True).text
        csrf = re.search(r'name="csrf" value="([^"]+)"', page)
        assert csrf is not None, f"{user} could not sign in"
        return {"Cookie": f"{STAFF_COOKIE}={http.cookies[STAFF_COOKIE]}", CSRF_HEADER: csrf[1]}

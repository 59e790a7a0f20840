"""Nobody is signed in or out by a foreign page, and nobody finds out who works here."""

from typing import Any

import argon2
import pytest
from werkzeug.test import TestResponse

from server.domain.roles import Role
from server.services import access
from server.web.guard import csrf_token
from tests.factories import MORNING
from tests.web.conftest import Api

COOKIE, PASSWORD = "baari_staff", "a good secret"


@pytest.fixture(autouse=True)
def _asha(api: Api) -> None:
    """Let there be a person."""
    api.floor.write(lambda tx: access.add_staff(tx, "asha", Role.COUNTER, PASSWORD, MORNING))


def sign_in(api: Api, user: str = "asha", password: str = PASSWORD, **headers: str) -> TestResponse:
    return api.client.post("/login", data={"user": user, "password": password}, headers=headers)


def signed_in(api: Api) -> bool:
    return api.client.get("/counter").status_code == 200


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_a_foreign_page_signs_nobody_in(api: Api, site: str) -> None:
    answer = sign_in(api, **{"Sec-Fetch-Site": site})
    assert (answer.status_code, "Set-Cookie" in answer.headers) == (403, False)
    assert not signed_in(api)


@pytest.mark.parametrize("headers", [{}, {"Sec-Fetch-Site": "same-origin"}, {"Sec-Fetch-Site": "none"}])
def test_a_person_signs_in_on_our_own_page(api: Api, headers: dict[str, str]) -> None:
    answer = sign_in(api, **headers)
    assert (answer.status_code, answer.location) == (302, "/counter")
    assert signed_in(api)


@pytest.mark.parametrize("form", [{}, {"csrf": ""}, {"csrf": "0" * 64}])
def test_a_foreign_page_signs_nobody_out(api: Api, form: dict[str, str]) -> None:
    sign_in(api)
    assert api.client.post("/logout", data=form).location == "/login"
    assert signed_in(api)


def test_who_signs_out_is_out_with_every_copy_of_the_cookie(api: Api) -> None:
    sign_in(api)
    cookie = api.client.get_cookie(COOKIE)
    assert cookie is not None
    with api.client.application.app_context():
        token = csrf_token(cookie.value)
    assert api.client.post("/logout", data={"csrf": token}).location == "/login"
    assert api.client.get_cookie(COOKIE) is None
    api.client.set_cookie(COOKIE, cookie.value)
    assert not signed_in(api)


def test_a_stranger_costs_as_much_work_as_a_wrong_password(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else the time of the answer would tell who works here."""
    work: list[argon2.Parameters] = []
    verify = argon2.PasswordHasher.verify

    def watched(self: argon2.PasswordHasher, hash_: str, password: str) -> Any:
        work.append(argon2.extract_parameters(hash_))
        return verify(self, hash_, password)

    monkeypatch.setattr(argon2.PasswordHasher, "verify", watched)
    answers = [sign_in(api, user, "wrong") for user in ("asha", "nobody")]
    assert [answer.status_code for answer in answers] == [401, 401]
    assert answers[1].get_data(as_text=True) == answers[0].get_data(as_text=True).replace("asha", "nobody")
    assert len(work) == 2
    assert work[0] == work[1]

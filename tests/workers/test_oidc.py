"""Each word of a provider is believed or not: a real one on the loopback, with signed tokens, that can do wrong."""

import secrets
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from server.clock import SystemClock
from server.domain.provider import (
    Assertion,
    Identity,
    NotBelieved,
    ProviderSilent,
    ProviderUnfit,
    RenewalRefused,
)
from server.workers.oidc import Account, OidcProvider
from tests.providers import ID, SECRET, FakeProvider, Fault, running_provider

BACK, LEFT = "https://psk1.example/login/provider/back", "https://psk1.example/login"
NONCE, VERIFIER = "nonce-of-this-browser", "verifier-of-this-browser-" + "v" * 40


@pytest.fixture
def fake() -> Iterator[FakeProvider]:
    with running_provider() as provider:
        provider.add("asha", "clerks", "everybody")
        yield provider


@pytest.fixture
def ours(fake: FakeProvider) -> OidcProvider:
    return provider_of(fake)


def provider_of(fake: FakeProvider, groups: str = "groups", secret: str = SECRET) -> OidcProvider:
    """Return what asks a fake provider."""
    account = Account(fake.issuer, ID, secret, "openid profile", groups, BACK, LEFT)
    return OidcProvider(account, SystemClock())


def code_of(ours: OidcProvider, fake: FakeProvider, name: str = "asha") -> str:
    """Return the code with which a browser comes back after somebody has signed in there."""
    back = fake.signed_in(ours.entrance("state", NONCE, VERIFIER), name)
    return parse_qs(urlsplit(back).query)["code"][0]


def asserted(ours: OidcProvider, fake: FakeProvider, name: str = "asha") -> Assertion:
    return ours.redeem(code_of(ours, fake, name), VERIFIER, NONCE)


def test_who_signed_in_there_is_told_with_their_groups(ours: OidcProvider, fake: FakeProvider) -> None:
    told = asserted(ours, fake)
    assert told.identity == Identity(fake.issuer, "sub-asha")
    assert (told.name, sorted(told.groups)) == ("asha", ["clerks", "everybody"])
    assert told.session is not None
    assert not {told.renewal, told.id_token} & set(repr(told).split("'"))


def test_a_code_is_good_for_the_browser_that_asked_and_once(ours: OidcProvider, fake: FakeProvider) -> None:
    code = code_of(ours, fake)
    with pytest.raises(NotBelieved, match="invalid_grant"):
        ours.redeem(code, "another-verifier", NONCE)
    code = code_of(ours, fake)
    ours.redeem(code, VERIFIER, NONCE)
    with pytest.raises(NotBelieved, match="invalid_grant"):
        ours.redeem(code, VERIFIER, NONCE)
    with pytest.raises(NotBelieved, match="nonce"):
        ours.redeem(code_of(ours, fake), VERIFIER, "nonce-of-another-browser")


@pytest.mark.parametrize(
    "fault",
    [
        *(Fault.NONCE, Fault.NO_NONCE, Fault.AUDIENCE, Fault.PARTY, Fault.ISSUER, Fault.EXPIRED, Fault.OF_TOMORROW),
        *(Fault.NO_SUBJECT, Fault.ALG_NONE, Fault.ALG_HS256, Fault.STRANGE_KEY, Fault.ACCESS_HASH, Fault.NO_RENEWAL),
    ],
)
def test_a_token_that_is_not_wholly_right_lets_nobody_in(ours: OidcProvider, fake: FakeProvider, fault: Fault) -> None:
    fake.fault = fault
    with pytest.raises(NotBelieved):
        asserted(ours, fake)
    fake.fault = Fault.NONE
    assert asserted(ours, fake).name == "asha"


def test_a_new_key_of_the_provider_is_asked_for_and_the_old_one_is_not_believed(
    ours: OidcProvider, fake: FakeProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    asserted(ours, fake)
    old = fake.keys
    monkeypatch.setattr("server.workers.oidc.AGAIN_S", 0.0)
    fake.rotate_keys()
    new = fake.keys
    assert asserted(ours, fake).name == "asha"
    fake.keys = [*old, *new]
    told, listed = fake.logout_token("asha"), fake.asked.count("/jwks")
    fake.keys = new
    with pytest.raises(NotBelieved):
        ours.logged_out(told)
    assert fake.asked.count("/jwks") == listed + 1


def test_keys_are_not_asked_for_as_often_as_strangers_name_others(ours: OidcProvider, fake: FakeProvider) -> None:
    asserted(ours, fake)
    fake.fault = Fault.STRANGE_KEY
    before = fake.asked.count("/jwks")
    for _ in range(20):
        with pytest.raises(NotBelieved):
            ours.logged_out(fake.logout_token("asha"))
    assert fake.asked.count("/jwks") <= before + 1


@pytest.mark.parametrize("fault", [Fault.AWAY, Fault.NO_JSON, Fault.ENDLESS])
def test_a_provider_that_does_not_answer_as_it_should_is_silent_and_tells_of_nobody(
    ours: OidcProvider, fake: FakeProvider, fault: Fault
) -> None:
    told, code = asserted(ours, fake), code_of(ours, fake)
    fake.fault = fault
    for ask in (
        lambda: ours.renewed(told.renewal, told.identity),
        lambda: ours.redeem(code, VERIFIER, NONCE),
        ours.look,
    ):
        with pytest.raises(ProviderSilent):
            ask()


def test_a_provider_that_never_answers_costs_some_seconds(
    ours: OidcProvider, fake: FakeProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.workers.oidc.ANSWER_S", 0.5)
    slow = provider_of(fake)
    fake.fault, begun = Fault.SLOW, time.monotonic()
    with pytest.raises(ProviderSilent):
        slow.look()
    assert time.monotonic() - begun < 3


def test_nobody_listens(tmp_path: Path) -> None:
    gone = OidcProvider(Account("http://127.0.0.1:1", ID, SECRET, "openid", "groups", BACK, LEFT), SystemClock())
    with pytest.raises(ProviderSilent, match="does not answer"):
        gone.look()


def test_a_provider_that_is_set_up_otherwise_says_how(fake: FakeProvider) -> None:
    fake.fault = Fault.OTHER_METADATA
    with pytest.raises(ProviderUnfit, match="calls itself"):
        provider_of(fake).look()
    fake.fault = Fault.NONE
    told = asserted(provider_of(fake), fake)
    stranger = provider_of(fake, secret="wrong")
    with pytest.raises(ProviderUnfit, match="invalid_client"):
        asserted(stranger, fake)
    with pytest.raises(ProviderUnfit, match="invalid_client"):
        stranger.renewed(told.renewal, told.identity)


@pytest.mark.parametrize("methods", [["client_secret_post"], ["client_secret_basic", "client_secret_post"]])
def test_the_secret_is_shown_as_the_provider_wants_it(fake: FakeProvider, methods: list[str]) -> None:
    fake.methods = methods
    assert asserted(provider_of(fake), fake).name == "asha"


@pytest.mark.parametrize("rotates", [True, False])
@pytest.mark.parametrize("id_token", [True, False])
@pytest.mark.parametrize("place", ["id_token", "userinfo"])
def test_what_is_told_later_is_what_holds_then(fake: FakeProvider, rotates: bool, id_token: bool, place: str) -> None:
    fake.rotates, fake.id_token_on_renewal, fake.groups_in = rotates, id_token, place
    ours = provider_of(fake)
    told = asserted(ours, fake)
    assert told.groups == {"clerks", "everybody"}
    fake.people["asha"].groups = ["leads"]
    later = ours.renewed(told.renewal, told.identity)
    assert (set(later.groups), later.identity) == ({"leads"}, told.identity)
    assert (later.renewal == told.renewal) is not rotates


def test_who_left_is_not_vouched_for(ours: OidcProvider, fake: FakeProvider) -> None:
    told = asserted(ours, fake)
    fake.people["asha"].active = False
    with pytest.raises(RenewalRefused):
        ours.renewed(told.renewal, told.identity)


def test_a_renewal_that_tells_of_somebody_else_vouches_for_nobody(ours: OidcProvider, fake: FakeProvider) -> None:
    told = asserted(ours, fake)
    fake.fault = Fault.SOMEBODY_ELSE
    with pytest.raises(RenewalRefused, match="somebody else"):
        ours.renewed(told.renewal, told.identity)


def test_groups_stand_where_the_setting_says(fake: FakeProvider) -> None:
    fake.people["asha"].groups = ["clerks"]
    assert asserted(provider_of(fake, "realm.roles"), fake).groups == frozenset()
    assert asserted(provider_of(fake, "preferred_username"), fake).groups == {"asha"}


def test_a_word_of_a_sign_out_names_who_or_which_session(ours: OidcProvider, fake: FakeProvider) -> None:
    identity = Identity(fake.issuer, "sub-asha")
    assert ours.logged_out(fake.logout_token("asha")) == (identity, None)
    assert ours.logged_out(fake.logout_token("asha", "s1")) == (identity, "s1")
    assert ours.logged_out(fake.logout_token(session="s1")) == (None, "s1")
    old = int((datetime.now(UTC) - timedelta(minutes=5)).timestamp())
    for wrong in (
        fake.logout_token("asha", nonce="n"),
        fake.logout_token("asha", events={}),
        fake.logout_token("asha", aud="another"),
        fake.logout_token("asha", iat=old, exp=old + 600),
        fake.logout_token(),
        "a.b.c",
        "",
        secrets.token_urlsafe(),
    ):
        with pytest.raises(NotBelieved):
            ours.logged_out(wrong)


def test_an_identity_token_is_no_word_of_a_sign_out(ours: OidcProvider, fake: FakeProvider) -> None:
    with pytest.raises(NotBelieved):
        ours.logged_out(asserted(ours, fake).id_token)


def test_who_signs_out_there_comes_back_here(ours: OidcProvider, fake: FakeProvider) -> None:
    query = parse_qs(urlsplit(str(ours.exit("the token"))).query)
    assert query == {"client_id": [ID], "post_logout_redirect_uri": [LEFT], "id_token_hint": ["the token"]}


def test_the_libraries_are_not_imported_where_nobody_has_a_provider() -> None:
    code = "import sys, server.app; print({'authlib', 'joserfc'} & {*sys.modules})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"

"""Asks the provider that signs people in, by OpenID Connect: discovery, keys, codes, and whether it still vouches.

A code comes back with PKCE, state and nonce, and is redeemed with the secret of this server. A token counts only when
it is signed by a key of the provider with one of ALGORITHMS, for this server, and has not ended.
"""

import base64
import importlib
import json
import ssl
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast
from urllib.parse import quote, urlencode, urlsplit

from server.clock import Clock
from server.domain.provider import (
    Assertion,
    Identity,
    LoggedOut,
    NotBelieved,
    ProviderSilent,
    ProviderUnfit,
    RenewalRefused,
)

CONNECT_S, ANSWER_S = 3.0, 5.0
LONGEST = 512 * 1024
"""Bytes of an answer that are read."""
KEPT_S = 600.0
"""So long the provider's own description is believed; its keys are asked for again when one is not among them."""
AGAIN_S = 2.0
"""So often at most, whatever keys are named to us."""
LEEWAY_S = 60
"""By so much the clock of the provider may be off."""
SUBJECT_MAX, NAME_MAX, GROUPS_MAX = 255, 200, 5000
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "Ed25519", "EdDSA")
"""By key pairs only: “none” proves nothing, and a shared secret could be a public key that is taken for one."""
LOGOUT = "http://schemas.openid.net/event/backchannel-logout"
NEEDED = ("authorization_endpoint", "token_endpoint", "jwks_uri")
NOTHING_TO_RENEW = "the provider gives no refresh token; BAARI_OIDC_SCOPE may have to ask for offline_access"
JsonObject = dict[str, Any]  # as the provider writes it


@dataclass(frozen=True, slots=True)
class Account:
    """By what this server is known to the provider, and what it asks of it.

    `back` and `left` are the addresses to which people come back from signing in and out; `groups` is the claim of
    their groups.
    """

    issuer: str
    id: str
    secret: str = field(repr=False)
    scope: str
    groups: str
    back: str
    left: str
    trusted: Path | None = None


class OidcProvider:
    """The provider of an issuer. Its libraries take a third of a second to import, for which only who has one waits."""

    def __init__(self, account: Account, clock: Clock) -> None:
        self._account, self._clock = account, clock
        self._urllib3 = importlib.import_module("urllib3")
        self._jose, self._jwt = importlib.import_module("joserfc.errors"), importlib.import_module("joserfc.jwt")
        self._jwk, self._oidc = importlib.import_module("joserfc.jwk"), importlib.import_module("authlib.oidc.core")
        self._pkce = importlib.import_module("authlib.oauth2.rfc7636")
        self._http = self._urllib3.PoolManager(
            timeout=self._urllib3.Timeout(connect=CONNECT_S, read=ANSWER_S),
            retries=False,
            ssl_context=ssl.create_default_context(cafile=None if account.trusted is None else str(account.trusted)),
        )
        self._lock = threading.Lock()
        self._described: tuple[float, Mapping[str, str]] | None = None
        self._keys: tuple[float, Any] | None = None  # a key set of joserfc

    def entrance(self, state: str, nonce: str, verifier: str) -> str:
        """Return the address at which somebody signs in there."""
        asked = {
            "response_type": "code",
            "client_id": self._account.id,
            "redirect_uri": self._account.back,
            "scope": self._account.scope,
            "state": state,
            "nonce": nonce,
            "code_challenge": self._pkce.create_s256_code_challenge(verifier),
            "code_challenge_method": "S256",
        }
        return _with(self._description()["authorization_endpoint"], asked)

    def redeem(self, code: str, verifier: str, nonce: str) -> Assertion:
        """Return of whom a code tells; raises NotBelieved."""
        sent = {"grant_type": "authorization_code", "code": code, "redirect_uri": self._account.back}
        status, answer = self._token({**sent, "code_verifier": verifier})
        if status != 200 and answer.get("error") == "invalid_grant":
            raise NotBelieved("the provider does not take the code: invalid_grant")
        if status != 200:
            raise ProviderUnfit(f"the provider redeems nothing: {_error(answer)}")
        claims = self._claims(_text(answer, "id_token"), nonce=nonce, access=answer.get("access_token"))
        return self._assertion(answer, claims, "")

    def renewed(self, renewal: str, identity: Identity) -> Assertion:
        """Return what the provider tells of somebody now; raises RenewalRefused, NotBelieved."""
        status, answer = self._token({"grant_type": "refresh_token", "refresh_token": renewal})
        if status != 200 and answer.get("error") == "invalid_grant":
            raise RenewalRefused(_error(answer))
        if status != 200:
            raise ProviderUnfit(f"the provider renews nothing: {_error(answer)}")
        claims = self._claims(str(answer["id_token"])) if "id_token" in answer else self._user_info(answer)
        if claims.get("sub") != identity.subject:
            raise RenewalRefused("the provider tells of somebody else")
        return self._assertion(answer, claims, renewal)

    def exit(self, id_token: str) -> str | None:
        """Return the address at which somebody signs out there, None where there is none."""
        there = self._description().get("end_session_endpoint")
        hint = {"id_token_hint": id_token} if id_token else {}
        sent = {"client_id": self._account.id, "post_logout_redirect_uri": self._account.left, **hint}
        return None if there is None else _with(there, sent)

    def logged_out(self, token: str) -> LoggedOut:
        """Return whom the provider says it has signed out (OpenID Connect Back-Channel Logout); raises NotBelieved."""
        claims = self._claims(token, of_person=False)
        subject, session, events = claims.get("sub"), claims.get("sid"), claims.get("events")
        if not isinstance(events, dict) or not isinstance(events.get(LOGOUT), dict) or "nonce" in claims:
            raise NotBelieved("this is no word of a sign-out")
        if claims["iat"] < self._clock.now().timestamp() - 2 * LEEWAY_S:
            raise NotBelieved("this word of a sign-out is too old")
        identity = Identity(self._account.issuer, subject) if isinstance(subject, str) else None
        session = session if isinstance(session, str) else None
        if identity is None and session is None:
            raise NotBelieved("it says neither who nor which session")
        return LoggedOut(identity, session)

    def look(self) -> None:
        """Ask whether the provider is there, and is as it is needed."""
        with self._lock:
            self._described = None
        self._description()
        self._key_set(anew=True)

    def _description(self) -> Mapping[str, str]:
        """Return what the provider says of itself, where it is what this server needs."""
        with self._lock:
            if self._described is not None and time.monotonic() - self._described[0] < KEPT_S:
                return self._described[1]
        issuer = self._account.issuer
        status, told = self._ask("GET", f"{issuer.rstrip('/')}/.well-known/openid-configuration")
        if status != 200:
            raise ProviderSilent(f"the provider answers {status} where its description should be")
        if told.get("issuer") != issuer:
            raise ProviderUnfit(f"the provider calls itself {told.get('issuer')!r} and not {issuer!r}")
        if missing := [name for name in NEEDED if not _is_address(told.get(name), issuer)]:
            raise ProviderUnfit(f"the provider tells no {', '.join(missing)}")
        if "S256" not in told.get("code_challenge_methods_supported", ["S256"]):
            raise ProviderUnfit("the provider knows no PKCE by S256")
        more = ("userinfo_endpoint", "end_session_endpoint")
        described = {name: str(told[name]) for name in (*NEEDED, *more) if _is_address(told.get(name), issuer)}
        methods = told.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
        described["method"] = "basic" if "client_secret_basic" in methods else "post"
        with self._lock:
            self._described = time.monotonic(), described
        return described

    def _key_set(self, *, anew: bool = False) -> Any:  # of joserfc
        with self._lock:
            kept = self._keys
        if kept is not None and time.monotonic() - kept[0] < (AGAIN_S if anew else KEPT_S):
            return kept[1]
        status, told = self._ask("GET", self._description()["jwks_uri"])
        if status != 200:
            raise ProviderSilent(f"the provider answers {status} where its keys should be")
        try:
            keys = self._jwk.KeySet.import_key_set({"keys": [key for key in told["keys"] if _signs(key)]})
        except (LookupError, TypeError, ValueError, self._jose.JoseError) as error:
            raise ProviderUnfit(f"the keys of the provider cannot be read: {type(error).__name__}") from error
        with self._lock:
            self._keys = time.monotonic(), keys
        return keys

    def _claims(
        self, token: str, *, nonce: str | None = None, access: object = None, of_person: bool = True
    ) -> JsonObject:
        """Return what a token says that the provider signed for this server; raises NotBelieved."""
        try:
            signed = self._opened(token)
            params = {"nonce": nonce, "client_id": self._account.id, "access_token": access}
            expected = {"iss": {"value": self._account.issuer}, "aud": {"value": self._account.id}}
            claims = self._oidc.CodeIDToken(signed.claims, signed.header, expected, params)
            if not of_person:
                claims.ESSENTIAL_CLAIMS = ["iss", "aud", "iat", "jti"]
            claims.validate(now=int(self._clock.now().timestamp()), leeway=LEEWAY_S)
        except (self._jose.JoseError, LookupError, TypeError, ValueError) as error:
            raise NotBelieved(f"the token is not believed: {error}") from error
        subject = claims.get("sub", "")
        if not isinstance(subject, str) or len(subject) > SUBJECT_MAX or (of_person and not subject):
            raise NotBelieved("the token names nobody")
        return dict(claims)

    def _opened(self, token: str) -> Any:  # a token of joserfc
        try:
            return self._jwt.decode(token, self._key_set(), algorithms=ALGORITHMS)
        except (self._jose.JoseError, ValueError):  # its key may have come since
            return self._jwt.decode(token, self._key_set(anew=True), algorithms=ALGORITHMS)

    def _user_info(self, answer: JsonObject) -> JsonObject:
        there = self._description().get("userinfo_endpoint")
        if there is None:
            return {}
        headers = {"Authorization": f"Bearer {_text(answer, 'access_token')}"}
        status, told = self._ask("GET", there, headers=headers)
        if status in (401, 403):
            raise RenewalRefused("the provider tells nothing of this person any more")
        if status != 200:
            raise ProviderSilent(f"the provider answers {status} when it is asked of a person")
        return told

    def _assertion(self, answer: JsonObject, claims: JsonObject, renewal: str) -> Assertion:
        groups = _at(claims, self._account.groups)
        if groups is None:
            told = self._user_info(answer)
            if told and told.get("sub") != claims["sub"]:
                raise NotBelieved("the provider tells of somebody else")
            groups = _at(told, self._account.groups)
            claims = {**told, **claims}
        renewal = str(answer.get("refresh_token") or renewal)
        if not renewal:
            raise NotBelieved(
                "the provider gives nothing to ask it again by (BAARI_OIDC_SCOPE may need offline_access)"
            )
        names = (claims.get(name) for name in ("preferred_username", "name", "email", "sub"))
        name = next(name for name in names if isinstance(name, str) and name.strip())
        identity, session = Identity(self._account.issuer, str(claims["sub"])), claims.get("sid")
        id_token = str(answer.get("id_token", ""))
        groups_told = _groups(groups)
        return Assertion(
            *(identity, name[:NAME_MAX], groups_told, renewal, id_token),
            session if isinstance(session, str) else None,
        )

    def _token(self, sent: Mapping[str, str]) -> tuple[int, JsonObject]:
        """Return the answer to what asks for tokens, and its status; one that is neither yes nor no is silence."""
        described, own = self._description(), self._account
        headers, body = {"Content-Type": "application/x-www-form-urlencoded"}, dict(sent)
        if described["method"] == "basic":
            words = f"{quote(own.id, safe='')}:{quote(own.secret, safe='')}"
            headers["Authorization"] = f"Basic {base64.b64encode(words.encode()).decode()}"
        else:
            body |= {"client_id": own.id, "client_secret": own.secret}
        status, answer = self._ask("POST", described["token_endpoint"], headers=headers, body=urlencode(body))
        if status == 200 or (status in (400, 401, 403) and isinstance(answer.get("error"), str)):
            return status, answer
        raise ProviderSilent(f"the provider answers {status} when it is asked for tokens")

    def _ask(
        self, method: str, address: str, *, headers: Mapping[str, str] | None = None, body: str | None = None
    ) -> tuple[int, JsonObject]:
        """Return status and JSON of an answer, an empty object for what is none; raises ProviderSilent."""
        sent = {"Accept": "application/json", **(headers or {})}
        try:
            answer = self._http.request(
                method, address, headers=sent, body=body, redirect=False, preload_content=False, decode_content=True
            )
            try:
                content = _read(answer.read, time.monotonic() + CONNECT_S + ANSWER_S)
            finally:
                answer.close()
        except (self._urllib3.exceptions.HTTPError, OSError) as error:
            raise ProviderSilent(f"the provider does not answer: {type(error).__name__}") from error
        try:
            told = json.loads(content)
        except (ValueError, RecursionError):
            told = None
        if answer.status == 200 and not isinstance(told, dict):
            raise ProviderSilent("the provider answers something else than it should")
        return int(answer.status), told if isinstance(told, dict) else {}


def _read(read: Callable[[int], bytes], until: float) -> bytes:
    """Return the body of an answer; raises ProviderSilent for one that is too long, or drips."""
    content = b""
    while piece := read(64 * 1024):
        content += piece
        if len(content) > LONGEST or time.monotonic() > until:
            raise ProviderSilent("the answer of the provider does not end")
    return content


def _is_address(told: object, issuer: str) -> bool:
    """Whether it is an address that may be asked: one in the open only where the issuer itself is."""
    return isinstance(told, str) and urlsplit(told).scheme in ("https", urlsplit(issuer).scheme)


def _signs(key: Mapping[str, object]) -> bool:
    """Whether a key of the provider is one of a pair by which it signs."""
    return key.get("use", "sig") == "sig" and key.get("kty") in ("RSA", "EC", "OKP")


def _with(address: str, asked: Mapping[str, str]) -> str:
    return f"{address}{'&' if '?' in address else '?'}{urlencode(asked)}"


def _error(answer: JsonObject) -> str:
    """Return the code of a refusal, and nothing that a stranger may have written at length."""
    code = str(answer.get("error", "without a reason"))[:60]
    return code if code.isprintable() else "without a reason"


def _text(answer: JsonObject, name: str) -> str:
    if not isinstance(answer.get(name), str):
        raise NotBelieved(f"the provider gives no {name}")
    return str(answer[name])


def _at(claims: JsonObject, path: str) -> object:
    """Return a claim by its name, or else one level down at each dot (`realm_access.roles`)."""
    if path in claims:
        return cast(object, claims[path])
    found: object = claims
    for name in path.split("."):
        found = found.get(name) if isinstance(found, dict) else None
    return found


def _groups(told: object) -> frozenset[str]:
    listed = told if isinstance(told, list) else [told]
    return frozenset(group for group in listed[:GROUPS_MAX] if isinstance(group, str))

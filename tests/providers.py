"""A provider of OpenID Connect that really listens, with signed tokens, for tests: it can do wrong in many ways."""

import base64
import hashlib
import hmac
import html
import json
import secrets
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, parse_qsl, unquote, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey

ID, SECRET = "baari", "the secret of / baari"
LOGOUT = "http://schemas.openid.net/event/backchannel-logout"


class Fault(StrEnum):
    """What the provider does wrong."""

    NONE = ""
    AWAY = "away"
    SLOW = "slow"
    NO_JSON = "no_json"
    ENDLESS = "endless"
    NONCE = "nonce"
    NO_NONCE = "no_nonce"
    AUDIENCE = "audience"
    PARTY = "party"
    ISSUER = "issuer"
    EXPIRED = "expired"
    OF_TOMORROW = "of_tomorrow"
    NO_SUBJECT = "no_subject"
    ALG_NONE = "alg_none"
    ALG_HS256 = "alg_hs256"
    STRANGE_KEY = "strange_key"
    ACCESS_HASH = "access_hash"
    OTHER_METADATA = "other_metadata"
    NO_RENEWAL = "no_renewal"
    SOMEBODY_ELSE = "somebody_else"
    REFUSES_US = "refuses_us"


@dataclass
class Person:
    """Somebody whom the provider knows, by the name they sign in with there; `active`: it still vouches for them."""

    subject: str
    groups: list[str] = field(default_factory=list)
    active: bool = True
    mail: str | None = None


@dataclass
class Grant:
    """What was given to somebody who signed in, by the token that renews it."""

    name: str
    session: str


@dataclass
class Code:
    """What a code stands for until it is redeemed."""

    name: str
    asked: dict[str, str]


def _text(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


def _part(content: object) -> str:
    return _text(json.dumps(content).encode())


@cache
def _key(number: int) -> RSAKey:
    return RSAKey.generate_key(2048, {"use": "sig", "kid": f"key-{number}", "alg": "RS256"})


class FakeProvider:
    """The provider: people to sign in, faults to have, and what it was asked."""

    def __init__(self) -> None:
        self.people: dict[str, Person] = {}
        self.fault = Fault.NONE
        self.groups_in = "id_token"
        self.id_token_on_renewal = True
        self.rotates = True
        self.methods = ["client_secret_basic"]
        self.asked: list[str] = []
        self.renewed = 0
        self.ended: list[dict[str, str]] = []
        self.codes: dict[str, Code] = {}
        self.grants: dict[str, Grant] = {}
        self.access: dict[str, str] = {}
        self.now: Callable[[], datetime] = lambda: datetime.now(UTC)
        self.keys = [_key(0)]
        self.released = threading.Event()

    issuer = ""

    def rotate_keys(self) -> None:
        """Sign by another key from now on; the one before is not told any more."""
        self.keys = [_key(int(str(self.keys[0].kid).removeprefix("key-")) + 1)]

    def add(self, name: str, *groups: str, mail: str | None = None) -> Person:
        """Let somebody be known."""
        self.people[name] = Person(f"sub-{name}", list(groups), mail=mail)
        return self.people[name]

    def signed_in(self, entrance: str, name: str) -> str:
        """Return the address to which a browser goes back after somebody signed in."""
        asked = dict(parse_qsl(urlsplit(entrance).query))
        assert asked["response_type"] == "code"
        assert (asked["client_id"], asked["code_challenge_method"]) == (ID, "S256")
        code = secrets.token_urlsafe(16)
        self.codes[code] = Code(name, asked)
        query = urlencode({"code": code, "state": asked["state"], "iss": self.issuer})
        return f"{asked['redirect_uri']}?{query}"

    def logout_token(self, name: str | None = None, session: str | None = None, **more: object) -> str:
        """Return the word that somebody, or a session, was signed out."""
        who: dict[str, object] = {} if name is None else {"sub": self.people[name].subject}
        who |= {} if session is None else {"sid": session}
        now = int(self.now().timestamp())
        claims = {"iss": self.issuer, "aud": ID, "iat": now, "exp": now + 120, "jti": secrets.token_hex(8)}
        return self._signed({**claims, "events": {LOGOUT: {}}, **who, **more})

    def claims(self, name: str, grant: Grant, nonce: str | None, access: str) -> dict[str, object]:
        """Return what the token of an identity says."""
        person, now = self.people[name], self.now()
        digest = hashlib.sha256(access.encode()).digest()[:16]
        told: dict[str, object] = {
            "iss": self.issuer,
            "sub": person.subject,
            "aud": ID,
            "iat": int(now.timestamp()),
            "exp": int((now + timedelta(minutes=5)).timestamp()),
            "preferred_username": name,
            "sid": grant.session,
            "at_hash": _text(digest),
        }
        told |= {} if nonce is None else {"nonce": nonce}
        told |= {"groups": person.groups} if self.groups_in == "id_token" else {}
        told |= {} if person.mail is None else {"email": person.mail, "email_verified": True}
        faults: dict[Fault, dict[str, object]] = {
            Fault.NONCE: {"nonce": "another"},
            Fault.AUDIENCE: {"aud": "another"},
            Fault.PARTY: {"aud": [ID, "another"], "azp": "another"},
            Fault.ISSUER: {"iss": "https://another.example"},
            Fault.EXPIRED: {"exp": int((now - timedelta(minutes=5)).timestamp())},
            Fault.OF_TOMORROW: {"nbf": int((now + timedelta(days=1)).timestamp())},
            Fault.ACCESS_HASH: {"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"},
            Fault.SOMEBODY_ELSE: {"sub": "sub-of-somebody-else"},
        }
        told |= faults.get(self.fault, {})
        for fault, name_ in ((Fault.NO_NONCE, "nonce"), (Fault.NO_SUBJECT, "sub")):
            if self.fault is fault:
                del told[name_]
        return told

    def _signed(self, claims: dict[str, Any]) -> str:
        key = self.keys[0]
        header = {"alg": "RS256", "kid": key.kid}
        if self.fault is Fault.ALG_NONE:
            return f"{_part({'alg': 'none', 'typ': 'JWT'})}.{_part(claims)}."
        if self.fault is Fault.ALG_HS256:  # by the public key, as if it were a shared secret
            shown = key.as_pem(private=False)
            begin = ".".join(map(_part, ({**header, "alg": "HS256"}, claims)))
            return f"{begin}.{_text(hmac.digest(shown, begin.encode(), 'sha256'))}"
        signing = _key(99) if self.fault is Fault.STRANGE_KEY else key
        return jwt.encode(header, claims, signing)

    def tokens(self, name: str, grant: Grant, nonce: str | None) -> dict[str, object]:
        """Return the answer to what asks for tokens."""
        access, renewal = secrets.token_urlsafe(16), secrets.token_urlsafe(16)
        self.access[access] = name
        self.grants[renewal] = grant
        answer: dict[str, object] = {"access_token": access, "token_type": "Bearer", "expires_in": 300}
        if nonce is not None or self.id_token_on_renewal:
            answer["id_token"] = self._signed(self.claims(name, grant, nonce, access))
        if nonce is None and not self.rotates:
            return answer
        return answer if self.fault is Fault.NO_RENEWAL else {**answer, "refresh_token": renewal}

    def answer_token(self, sent: dict[str, str]) -> tuple[int, dict[str, object]]:
        """Return the answer of the token endpoint."""
        if self.fault is Fault.REFUSES_US:
            return 401, {"error": "invalid_client"}
        if sent.get("grant_type") == "refresh_token":
            self.renewed += 1
            kept = self.grants.get(sent["refresh_token"])
            if kept is None or not self.people[kept.name].active:
                return 400, {"error": "invalid_grant", "error_description": "Token is not active"}
            if self.rotates:
                del self.grants[sent["refresh_token"]]
            return 200, self.tokens(kept.name, kept, None)
        code = self.codes.pop(sent.get("code", ""), None)
        if code is None or code.asked["redirect_uri"] != sent.get("redirect_uri"):
            return 400, {"error": "invalid_grant"}
        digest = hashlib.sha256(sent.get("code_verifier", "").encode()).digest()
        if _text(digest) != code.asked["code_challenge"]:
            return 400, {"error": "invalid_grant", "error_description": "PKCE"}
        return 200, self.tokens(code.name, Grant(code.name, secrets.token_hex(8)), code.asked["nonce"])

    def metadata(self) -> dict[str, object]:
        """Return what the provider says of itself."""
        issuer = "https://another.example" if self.fault is Fault.OTHER_METADATA else self.issuer
        return {
            "issuer": issuer,
            "authorization_endpoint": f"{self.issuer}/auth",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/jwks",
            "userinfo_endpoint": f"{self.issuer}/userinfo",
            "end_session_endpoint": f"{self.issuer}/end",
            "code_challenge_methods_supported": ["S256", "plain"],
            "token_endpoint_auth_methods_supported": self.methods,
        }


class ProviderServer(ThreadingHTTPServer):
    """Listens for a provider."""

    daemon_threads = True

    def __init__(self, provider: FakeProvider) -> None:
        super().__init__(("127.0.0.1", 0), Talk)
        self.provider = provider


class Talk(BaseHTTPRequestHandler):
    """One conversation."""

    server: ProviderServer
    protocol_version = "HTTP/1.1"

    def handle(self) -> None:
        with suppress(ConnectionError):  # who asked has heard enough
            super().handle()

    def log_message(self, *_: object) -> None:
        pass

    def do_GET(self) -> None:
        self._do({})

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        self._do({name: values[0] for name, values in parse_qs(body).items()})

    def _do(self, sent: dict[str, str]) -> None:
        parts = urlsplit(self.path)
        self.server.provider.asked.append(parts.path)
        query = dict(parse_qsl(parts.query))
        if self.server.provider.fault is Fault.SLOW:
            self.server.provider.released.wait(30)
        if self.server.provider.fault is Fault.AWAY:
            self._json(503, {"error": "temporarily_unavailable"})
        elif self.server.provider.fault is Fault.NO_JSON:
            self._send(200, "text/html", b"<p>the proxy says hello</p>")
        elif self.server.provider.fault is Fault.ENDLESS:
            self._send(200, "application/json", b"[" * 2_000_000)
        else:
            self._answer(parts.path, query, sent)

    def _answer(self, path: str, query: dict[str, str], sent: dict[str, str]) -> None:
        match path:
            case "/.well-known/openid-configuration":
                self._json(200, self.server.provider.metadata())
            case "/jwks":
                self._json(200, dict(KeySet(list(self.server.provider.keys)).as_dict()))
            case "/auth":
                self._question(query)
            case "/decide":
                self._go(self.server.provider.signed_in(f"?{query['asked']}", query["name"]))
            case "/token":
                status, answer = (
                    self.server.provider.answer_token(sent)
                    if self._is_ours(sent)
                    else (401, {"error": "invalid_client"})
                )
                self._json(status, answer)
            case "/userinfo":
                self._told_of(self.headers.get("Authorization", "").removeprefix("Bearer "))
            case "/end":
                self.server.provider.ended.append(query)
                self._go(query["post_logout_redirect_uri"])
            case _:
                self._send(404, "text/plain", b"")

    def _is_ours(self, sent: dict[str, str]) -> bool:
        if self.server.provider.methods == ["client_secret_post"]:
            return (sent.get("client_id"), sent.get("client_secret")) == (ID, SECRET)
        words = base64.b64decode(self.headers.get("Authorization", "").removeprefix("Basic ")).decode()
        return tuple(map(unquote, words.split(":"))) == (ID, SECRET)

    def _told_of(self, access: str) -> None:
        name = self.server.provider.access.get(access)
        person = None if name is None else self.server.provider.people[name]
        if person is None or not person.active:
            self._json(401, {"error": "invalid_token"})
        else:
            self._json(200, {"sub": person.subject, "groups": person.groups, "preferred_username": name})

    def _question(self, query: dict[str, str]) -> None:
        asked = urlencode(query)
        ways = {name: urlencode({"name": name, "asked": asked}) for name in self.server.provider.people}
        links = "".join(f'<p><a href="/decide?{html.escape(way)}">{name}</a></p>' for name, way in ways.items())
        self._send(200, "text/html", f"<!doctype html><title>Provider</title><h1>Who are you?</h1>{links}".encode())

    def _go(self, address: str) -> None:
        self.send_response(302)
        self.send_header("Location", address)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _json(self, status: int, answer: dict[str, Any]) -> None:
        self._send(status, "application/json", json.dumps(answer).encode())

    def _send(self, status: int, kind: str, content: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


@contextmanager
def running_provider(host: str = "127.0.0.1") -> Iterator[FakeProvider]:
    """Give a provider that listens on this machine, named by a host of it."""
    provider = FakeProvider()
    server = ProviderServer(provider)
    provider.issuer = f"http://{host}:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    yield provider
    provider.released.set()
    server.shutdown()
    server.server_close()
    thread.join()

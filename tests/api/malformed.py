"""Requests that nobody should send, made from those that work: for every route of the server, by a seed."""

import json
import random
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from werkzeug.routing import Map, Rule

from tests.api.contract import operations
from tests.api.recipes import RECIPES

Headers = dict[str, str]

INSTANTS = (
    "0001-01-01T00:00:00+23:59",
    "0001-01-01T00:00:00Z",
    "9999-12-31T23:59:59-23:59",
    "9999-12-31T23:59:59.999999Z",
    "1969-12-31T23:59:59+00:00",
    "2026-11-24T24:00:00Z",
    "2026-11-24T10:15:00+99:99",
    "2026-11-24T10:15:00",
    "-2026-11-24T10:15:00Z",
)
DAYS = ("0001-01-01", "9999-12-31", "2026-02-30", "2026-W48-2", "20261124", "today", "0000-00-00", "2026-11-24")
TEXTS = (
    "",
    " ",
    "\0",
    "a\0b",
    "é",
    "𝔘",
    "\ud800",
    "\udfff\ud800",
    "\u202e\u0301\ufeff",
    "e" + "\u0301" * 1000,
    "\r\nX-Header: y",
    "\x1b[2J",
    "' OR 1=1 --",
    "%00",
    "%",
    "../../../etc/passwd",
    "{{7*7}}",
    "${jndi:ldap://x}",
    "١٢٣",
    "１",
    "²",
    "1_000",
    "1e999",
    "NaN",
    "-1",
    "9" * 19,
    "9" * 5000,
    "x" * 65,
    "x" * 201,
    "x" * 20_000,
    *INSTANTS,
    *DAYS,
)
NUMBERS = (
    *(0, -1, 1, 2**31 - 1, 2**31, 2**32, 2**53, 2**63 - 1, 2**63, 2**64, 10**30, 10**400, -(2**63), -(2**63) - 1),
    *(1.5, -0.0, 1e308, float("inf"), float("nan")),
)
OTHERS: tuple[object, ...] = (None, True, False, [], {}, [[]], [None] * 400, {"": ""}, {"$ref": "#"}, {"__proto__": {}})
DEPTHS = (30, 33, 200, 950, 980, 990, 1023, 1025, 30_000)
BODIES = (
    b"",
    b"{",
    b"]",
    b"null",
    b'"',
    b"\xff\xfe{\0}\0",
    b"\xef\xbb\xbf{}",
    b"\x80",
    b"{}{}",
    b'{"a":1,"a":2}',
    b"\0",
)
TYPES = (
    "",
    "application/json",
    "text/plain",
    "application/x-www-form-urlencoded",
    "multipart/form-data",
    "é/\xff",
    "/",
)
SECRETS = ("", "x", "é", "\xff" * 300, "x" * 4000, "Bearer", "a=b; c", '"\\073"', "\t", "%00")
NAMES = (
    "Idempotency-Key",
    "X-CSRF-Token",
    "Authorization",
    "Cookie",
    "Accept-Language",
    "If-None-Match",
    "Sec-Fetch-Site",
    "X-Forwarded-For",
    "X-Forwarded-Proto",
    "X-Forwarded-Host",
    "X-Request-ID",
    "Range",
    "Accept",
    "Host",
    "Origin",
)
LANGUAGES = ("en;q=é", "*;q=1e999", ",".join(["hi"] * 500), "x" * 3000, "en;q=" + "9" * 400)
METHODS = ("GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "HEAD", "TRACE", "BREW")


@dataclass(frozen=True, slots=True)
class Malformed:
    """A request: what stands in it is percent-encoded where it must be, and may still be nonsense."""

    method: str
    path: str
    query: str = ""
    body: bytes = b""
    headers: Headers = field(default_factory=dict)


class Maker:
    """Makes requests for routes.

    `keys` are those of the roles by their first letters, `cookies` are headers, `ids` stand in what works.
    """

    def __init__(
        self, rng: random.Random, keys: Mapping[str, str], cookies: Sequence[str], ids: Mapping[str, str]
    ) -> None:
        self._rng, self._keys, self._cookies = rng, keys, cookies
        self._ids = defaultdict(lambda: "x", ids)  # what a recipe names beside is not there

    def requests(self, routes: Map, count: int) -> Iterator[Malformed]:
        """Yield so many requests, each route in turn."""
        every = [rule for rule in routes.iter_rules() if rule.rule != "/static/<path:filename>"]
        for number in range(count):
            yield self._request(every[number % len(every)])

    def _request(self, rule: Rule) -> Malformed:
        rng = self._rng
        known = sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})
        method = rng.choice(known) if known and rng.random() < 0.93 else rng.choice(METHODS)
        operation = next(
            (op for op in operations().values() if op.method == method and op.path == plain(rule.rule)), None
        )
        recipe = None if operation is None else RECIPES[operation.name]
        wrong = rng.choice(("body", "body", "body", "path", "query", "header", "header", "raw"))
        path = plain(rule.rule)
        for name in rule.arguments:
            there = self._ids.get(name, "x")
            value = self._text() if wrong == "path" and rng.random() < 0.7 else there
            path = path.replace(f"{{{name}}}", quote(value.encode("utf-8", "surrogatepass"), safe=""))
        headers = {"Idempotency-Key": rng.randbytes(6).hex(), "Content-Type": "application/json"}
        headers |= self._credential(recipe.roles if recipe else "")
        query = "&".join(f"{name}={value}" for name, value in (recipe.query if recipe else {}).items())
        if wrong == "query":
            query = self._query(list(operation.query) if operation else [])
        body: Any = {
            name: value.format_map(self._ids) if isinstance(value, str) else value
            for name, value in (recipe.body if recipe else {}).items()
        }
        if wrong == "body":
            body = self._spoilt(body, list(operation.fields or ()) if operation else [])
        sent = json.dumps(body).encode() if method != "GET" or wrong == "body" else b""
        if wrong == "header":
            headers |= self._header()
        if wrong == "raw":
            sent = self._raw(sent)
            headers["Content-Type"] = rng.choice(TYPES)
        return Malformed(method, path, query, sent, headers)

    def _credential(self, roles: str) -> Headers:
        """Return the key of somebody who may, mostly, or of somebody else, a cookie, or nothing."""
        chance = self._rng.random()
        if chance < 0.8:
            role = self._rng.choice(roles if roles and chance < 0.7 else list(self._keys))
            return {"Authorization": f"Bearer {self._keys[role]}"}
        return {"Cookie": self._rng.choice(self._cookies)} if chance < 0.92 else {}

    def _text(self) -> str:
        return self._rng.choice(TEXTS)

    def _value(self) -> Any:
        rng = self._rng
        kind = rng.random()
        if kind < 0.5:
            return self._text()
        if kind < 0.75:
            return rng.choice(NUMBERS)
        return rng.choice(OTHERS)

    def _spoilt(self, body: Any, fields: Sequence[str]) -> Any:
        """Return a body in which one to three values, also of fields that are left out, are others."""
        rng = self._rng
        for _ in range(rng.randint(1, 3)):
            names = [*fields, self._text()] if rng.random() < 0.1 or not fields else fields
            name = rng.choice(names)
            if isinstance(body.get(name), list) and body[name] and rng.random() < 0.7:
                body = {**body, name: [self._spoilt_row(each) for each in body[name]]}
            else:
                body = {**body, name: self._value()}
        return body

    def _spoilt_row(self, row: Any) -> Any:
        return {**row, self._rng.choice(list(row)): self._value()} if row and isinstance(row, dict) else self._value()

    def _query(self, names: Sequence[str]) -> str:
        rng = self._rng
        picked = [rng.choice([*names, self._text(), "lang", "key"]) for _ in range(rng.randint(1, 4))]
        parts = [f"{_escaped(name)}={_escaped(self._text())}" for name in picked]
        raw = (*parts, "%ff=%fe", "a" * 3000, "&&==", "after=" + "9" * 30, "tail=%00", "slot=%C0%80", ";")
        return rng.choice(("&".join(parts), rng.choice(raw)))

    def _header(self) -> Headers:
        name = self._rng.choice(NAMES)
        pick = self._rng.choice
        values = {"Accept-Language": LANGUAGES, "Cookie": [f"baari_staff={pick(SECRETS)}", *self._cookies]}
        more = {"Cookie": pick(self._cookies)} if name == "X-CSRF-Token" else {}
        return {name: pick((*SECRETS, *values.get(name, ()))), **more}

    def _raw(self, sent: bytes) -> bytes:
        rng = self._rng
        depth = rng.choice(DEPTHS)
        open_, close = rng.choice(((b"[", b"]"), (b'{"a":', b"}")))
        deep = open_ * depth + (b"1" if open_ != b"[" else b"") + close * depth
        cut = sent[: rng.randint(0, len(sent))] if sent else b""
        field_ = b"user=%00&password=\xff&csrf=" + b"x" * rng.choice((0, 3000, 70_000))
        if rng.random() < 0.4:
            return deep
        return rng.choice((cut, rng.randbytes(rng.randint(1, 200)), field_, *BODIES, b"[" + b"1," * 40_000))


def _escaped(text: str) -> str:
    return quote(text.encode("utf-8", "surrogatepass"), safe="")


def plain(rule: str) -> str:
    """Return a route as the contract writes it."""
    parts = rule.replace("<int:", "<").replace("<path:", "<")
    return parts.replace("<", "{").replace(">", "}")

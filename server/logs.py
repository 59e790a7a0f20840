"""The log: one line of JSON for each record, with its time and request, without secrets; what repeats is counted.

On a terminal the same in words. Whoever starts a server sets it up.
"""

import json
import logging
import re
import sys
import time
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import TextIO

REQUEST: ContextVar[str | None] = ContextVar("request", default=None)
"""The id of the request that is being answered."""
MINUTE_S, MOST = 60.0, 256
"""A fault that repeats is told once, and then how often, each minute; so many faults are told apart."""
SECRETS = (
    (re.compile(r"(/t/|/api/v1/status/)[^/?\s\"']+"), r"\1…"),
    (re.compile(r"\b(key|code|csrf|password|token|phone|reference|claim)=[^&\s\"']+"), r"\1=…"),
    (re.compile(r"\bbaari_[\w-]{16,}"), "baari_…"),
    (re.compile(r"(?i)\bbearer [\w.~+/-]+"), "Bearer …"),
    (re.compile(r"\+\d{7,15}\b"), "+…"),
    (re.compile(r"\b(?:0|91)?[6-9]\d{9}\b"), "…"),  # a mobile number of India without its plus
)


def without_secrets(text: str) -> str:
    """Return a text in which no key, no secret of a slip and no phone number is left."""
    for pattern, instead in SECRETS:
        text = pattern.sub(instead, text)
    return text


class JsonLine(logging.Formatter):
    """Writes a record as an object on one line: `at` in UTC, `level`, `logger`, `message`, `request`, `trace`."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line of a record."""
        line = {"at": _at(record), "level": record.levelname.lower(), "logger": record.name}
        line["message"] = without_secrets(record.getMessage())
        if (request := REQUEST.get()) is not None:
            line["request"] = request
        if record.exc_info:
            line["trace"] = without_secrets(self.formatException(record.exc_info))
        # What moves a terminal's cursor, or ends a line somewhere, is escaped beyond what JSON asks for.
        text = json.dumps(line, ensure_ascii=False)
        return "".join(each if each.isprintable() else json.dumps(each)[1:-1] for each in text)


class Words(logging.Formatter):
    """Writes a record for people at a terminal."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the lines of a record."""
        text = f"{_at(record)} {record.levelname.lower()} {record.name}: {record.getMessage()}"
        if record.exc_info:
            text += f"\n{self.formatException(record.exc_info)}"
        return "".join(
            each if each.isprintable() or each == "\n" else repr(each)[1:-1] for each in without_secrets(text)
        )


class Folded(logging.StreamHandler[TextIO]):
    """Writes a fault once, and after each minute in which it repeats how often it did; `beside` is told the same."""

    def __init__(self, stream: TextIO, beside: logging.Handler | None = None) -> None:
        super().__init__(stream)
        self._beside = beside
        self._seen: dict[tuple[object, ...], list[float]] = {}

    def emit(self, record: logging.LogRecord) -> None:
        """Write a record, unless it is one more of a minute."""
        now = time.monotonic()
        self._tell_counts(now)
        if record.levelno >= logging.WARNING:
            kind = (record.name, record.levelno, record.msg, record.exc_info[0] if record.exc_info else None)
            begun = self._seen.get(kind)
            if begun is not None:
                begun[1] += 1
                return
            if len(self._seen) < MOST:
                self._seen[kind] = [now, 0]
        self._write(record)

    def close(self) -> None:
        """Tell what was counted, and end."""
        self._tell_counts(float("inf"))
        super().close()

    def _write(self, record: logging.LogRecord) -> None:
        super().emit(record)
        if self._beside is not None:
            self._beside.handle(record)

    def _tell_counts(self, now: float) -> None:
        for kind, (begun, count) in list(self._seen.items()):
            if now - begun >= MINUTE_S:
                del self._seen[kind]
                if count:
                    words = ("%d times more in a minute: %s", (int(count), kind[2]))
                    told = logging.LogRecord(str(kind[0]), int(str(kind[1])), "", 0, *words, None)
                    self._write(told)


def set_up(stream: TextIO | None = None, beside: logging.Handler | None = None) -> Folded:
    """Let the log of this process go to its standard error, and `beside`; returns what writes it."""
    stream = stream or sys.stderr
    if beside is not None:
        beside.setFormatter(JsonLine())
    handler = Folded(stream, beside)
    handler.setFormatter(Words() if stream.isatty() else JsonLine())
    logging.basicConfig(handlers=[handler], level=logging.INFO, force=True)
    for chatty in ("apscheduler", "alembic", "httpx"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
    return handler


def _at(record: logging.LogRecord) -> str:
    return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")

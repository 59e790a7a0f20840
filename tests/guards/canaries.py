"""What may stand in no log: keys, cookies, secrets, phone numbers and references that a test sends, or is given."""

import contextlib
import json
import re
from collections import deque
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

SHORTEST, LETTERS, MOST, LINES = 8, 3, 5000, 50_000
FIELDS = frozenset({"phone", "set_phone", "reference", "appointment", "claim", "slip", "return_slip", "secret", "key"})
FIELDS |= {"password", "proof", "csrf", "code", "tail", "pin"}
"""What a body carries that no log may hold, by its names."""
IN_PATH = re.compile(r"/(?:t|api/v1/status|kiosk/qr\.svg\?t=)/([^/?]+)")
COOKIE = re.compile(r"\bbaari_\w+(?:-\w+)?=([^;]+)")


class Canaries:
    """Remembers what was planted last, and the lines of the log that nobody has looked through yet."""

    def __init__(self) -> None:
        self._planted: dict[str, None] = {}
        self._lines: deque[str] = deque(maxlen=LINES)

    def plant(self, words: Iterable[object]) -> None:
        """Remember some words; short ones, and one letter many times over, might stand anywhere."""
        for word in words:
            if isinstance(word, str) and len(word) >= SHORTEST and len(set(word)) >= LETTERS:
                self._planted[word] = None
        while len(self._planted) > MOST:
            del self._planted[next(iter(self._planted))]

    def plant_request(self, path: str, headers: Iterable[tuple[str, str]], body: bytes) -> None:
        """Remember what a request carries."""
        self.plant(IN_PATH.findall(path))
        for name, value in headers:
            if name.lower() == "authorization":
                self.plant([value.removeprefix("Bearer ").strip()])
            if name.lower() in ("cookie", "set-cookie"):
                self.plant(COOKIE.findall(value))
        self.plant(_of_body(body))

    def log(self, text: str) -> None:
        """Take what was logged; it is looked through later, as what it must not hold may be planted only then."""
        self._lines.append(text)

    def log_files(self, folder: Path) -> None:
        """Take the files in a folder that are logs by their names."""
        for file in folder.rglob("*log*"):
            with contextlib.suppress(OSError, UnicodeDecodeError):
                if file.is_file():
                    self.log(file.read_text("utf-8"))

    def found(self) -> Iterator[str]:
        """Yield each line in which a word stands, with that left out."""
        while self._lines:
            text = self._lines.popleft()
            for word in [word for word in self._planted if word in text]:
                line = next((line for line in text.splitlines() if word in line), text)
                yield f"canary: {word[:3]}… stands in the log: {line.replace(word, '…')[:300]}"


def _of_body(body: bytes) -> Iterator[object]:
    try:
        yield from list(_values(json.loads(body or b"{}")))
    except RecursionError:  # so deep no body holds anything for us
        return
    except ValueError:
        with contextlib.suppress(ValueError):
            for name, values in parse_qs(body.decode("utf-8", "replace")).items():
                yield from values if name in FIELDS else ()


def _values(content: Any) -> Iterator[object]:
    """Yield the values of FIELDS, however deep."""
    if isinstance(content, dict):
        for name, value in content.items():
            yield from [value] if name in FIELDS else _values(value)
    elif isinstance(content, list):
        for each in content:
            yield from _values(each)


CANARIES = Canaries()

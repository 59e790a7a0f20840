"""A screen of a centre that is paired: which device's page it shows, and the code by which a person accepts it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from server.domain.errors import InvalidInput
from server.domain.permissions import Role

CODE_SIGNS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
"""Without 0 and O, 1 and I, which are taken for each other."""
CODE_LENGTH = 6
CODE_AGE = timedelta(minutes=10)
NAME_MAX = 64


class ScreenKind(StrEnum):
    """What a screen is for."""

    KIOSK = "kiosk"
    BOARD = "board"
    COUNTER = "counter"


ROLES: Mapping[ScreenKind, Role] = {
    ScreenKind.KIOSK: Role.KIOSK,
    ScreenKind.BOARD: Role.DISPLAY,
    ScreenKind.COUNTER: Role.COUNTER,
}
"""What the key of a screen may do."""
KINDS: Mapping[Role, ScreenKind] = {role: kind for kind, role in ROLES.items()}
HOMES: Mapping[ScreenKind, str] = {
    ScreenKind.KIOSK: "/kiosk",
    ScreenKind.BOARD: "/display",
    ScreenKind.COUNTER: "/counter",
}


@dataclass(frozen=True, slots=True)
class Screen:
    """Which screen: of a kiosk or a board by the device's id, of a console by the counter's."""

    kind: ScreenKind
    id: str

    def __str__(self) -> str:
        """Return it as it is typed: `kiosk:K1`."""
        return f"{self.kind.value}:{self.id}"

    @property
    def device(self) -> str | None:
        """The device that its key is bound to."""
        return None if self.kind is ScreenKind.COUNTER else self.id

    @property
    def counter(self) -> str | None:
        """The counter that its key is bound to."""
        return self.id if self.kind is ScreenKind.COUNTER else None

    def page(self, centre: str) -> str:
        """Return the address of its page in a centre."""
        return f"{HOMES[self.kind]}/{centre}/{self.id}"


def screen_of(typed: str) -> Screen:
    """Return the screen that somebody typed as `kiosk:K1`; raises InvalidInput."""
    kind, _, id_ = typed.strip().partition(":")
    if kind not in [known.value for known in ScreenKind] or not id_:
        kinds = ", ".join(f"{known.value}:ID" for known in ScreenKind)
        raise InvalidInput(f"“{typed}” names no screen. Write one of {kinds}.")
    return Screen(ScreenKind(kind), id_)


def screen_of_key(role: str, device: str | None, counter: str | None) -> Screen | None:
    """Return whose screen a key opens, None for a key of no screen, or of no certain one."""
    kind = KINDS.get(Role(role))
    bound = counter if kind is ScreenKind.COUNTER else device
    return None if kind is None or bound is None else Screen(kind, bound)


def new_code(random_bytes: Callable[[int], bytes]) -> str:
    """Return a code to show on a screen: 30 random bits, each sign is as likely as the others."""
    return "".join(CODE_SIGNS[byte % len(CODE_SIGNS)] for byte in random_bytes(CODE_LENGTH))


def normal_code(typed: str) -> str | None:
    """Return a code as it was drawn, however it is typed; None for what can be no code."""
    code = "".join(sign for sign in typed.upper() if sign.isalnum())
    return code if len(code) == CODE_LENGTH and set(code) <= set(CODE_SIGNS) else None


def browser_name(header: str) -> str:
    """Return what a person would call the browser that sends a `User-Agent`: its family and its system."""
    families = {"Edg": "Edge", "Firefox": "Firefox", "Chrome": "Chromium", "Safari": "Safari"}
    systems = {"Android": "Android", "Windows": "Windows", "iPhone": "iOS", "iPad": "iOS"}
    systems |= {"Mac": "macOS", "CrOS": "ChromeOS", "Linux": "Linux"}
    family = next((name for sign, name in families.items() if f"{sign}/" in header), None)
    system = next((name for sign, name in systems.items() if sign in header), None)
    return " / ".join(name for name in (family, system) if name is not None) or "?"

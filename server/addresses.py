"""Names and addresses under which a server is asked for: one form of each, and those that this machine has."""

import re
import socket
from contextlib import suppress
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address
from pathlib import Path
from urllib.parse import urlsplit

import idna

ANY = ("0.0.0.0", "::")  # noqa: S104 - what listens on every address, and is none that anybody could ask for
LOOPBACK = ("127.0.0.1", "localhost", "::1")
USUAL = {"http": 80, "https": 443}
NAME = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)*")
PLACE = re.compile(r"(\[[^\]]*\]|[^:\[\]]+)(?::([0-9]{1,5}))?")
OF_THIS_MACHINE = re.compile(r"\|-- (\S+)\n\s+/32 host LOCAL")
ELSEWHERE = ("192.0.2.1", "2001:db8::1")
"""Addresses of documentation, to which nothing is sent: which way would lead there is asked of the kernel."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a server is: its name or address, and the port; None is the usual one of HTTP or HTTPS."""

    host: str
    port: int | None = None

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port is None else f"{host}:{self.port}"


def host_form(text: str) -> str:
    """Return the one form of a name or an address: small letters, ASCII, no brackets. Raises ValueError."""
    bare = text.strip()
    if bare.startswith("[") and bare.endswith("]"):
        return str(IPv6Address(bare[1:-1]))
    with suppress(ValueError):
        address = ip_address(bare)
        return str((address.ipv4_mapped if isinstance(address, IPv6Address) else None) or address)
    name = bare.lower().removesuffix(".")
    if not name.isascii():
        name = idna.encode(name, uts46=True).decode("ascii")
    if not NAME.fullmatch(name):
        raise ValueError(f"{text!r} is neither a name nor an address")
    return name


def place_of(text: str) -> Place:
    """Return the place that `host`, `host:port` or `[host]:port` names; raises ValueError."""
    match = PLACE.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r} names no server")
    host, port = match.groups()
    number = None if port is None else int(port)
    if number is not None and not 0 < number < 1 << 16:
        raise ValueError(f"{port} is no port")
    return Place(host_form(host), None if number in USUAL.values() else number)


def origin_of(text: str) -> tuple[str, Place]:
    """Return scheme and place of an origin, `https://name:port`; raises ValueError for all else, `null` too."""
    parts = urlsplit(text)
    if parts.scheme not in USUAL or f"{parts.scheme}://{parts.netloc}".lower() != text.lower():
        raise ValueError(f"{text!r} is no origin")
    return parts.scheme, place_of(parts.netloc)


def own_addresses() -> tuple[str, ...]:
    """Return the addresses at which others reach this machine, the one it reaches others from first."""
    own = [*filter(None, map(_way_to, ELSEWHERE)), *OF_THIS_MACHINE.findall(_of_kernel("fib_trie"))]
    own += [str(IPv6Address(int(line.split()[0], 16))) for line in _of_kernel("if_inet6").splitlines()]
    others = (address for address in own if not _is_only_here(address))
    return tuple(dict.fromkeys(others))


def is_loopback(host: str) -> bool:
    """Whether a name or an address, in its one form, is that of the machine itself alone."""
    return host in LOOPBACK or (is_address(host) and ip_address(host).is_loopback)


def is_address(text: str) -> bool:
    """Whether a text is an address, and no name."""
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def _is_only_here(text: str) -> bool:
    """Whether an address leads nowhere from another machine: a browser cannot name the link of one that needs it."""
    address = ip_address(text)
    return address.is_loopback or address.is_unspecified or (address.version == 6 and address.is_link_local)


def _way_to(address: str) -> str | None:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with suppress(OSError), socket.socket(family, socket.SOCK_DGRAM) as probe:
        probe.connect((address, 9))
        return str(probe.getsockname()[0])
    return None


def _of_kernel(name: str) -> str:
    """Return what the kernel tells of its network (proc(5)); nothing where there is no such page."""
    with suppress(OSError):
        return Path("/proc/net", name).read_text()
    return ""

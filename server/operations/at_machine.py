"""Who gives a command at the machine: the person of the operating system who logged in there."""

import os
import pwd
import re

from server.domain.actors import CLI, By

FIRST_PERSON = 1000
"""Accounts of people begin with this number on Debian; root and the services stand below it."""
LONGEST = 32
"""Characters of a login name that are kept, as many as Linux allows."""


def at_machine() -> By:
    """Return who gives a command on the command line: `cli:asha`, `cli:uid-4711` for an account without a name.

    Behind root and the account of the service stands who called sudo. A person is believed to be nobody else.
    """
    uid = os.getuid()
    called = os.environ.get("SUDO_USER", "") if uid < FIRST_PERSON else ""
    return By(f"{CLI.actor}:{_normal(called) or _normal(_login(uid)) or f'uid-{uid}'}")


def _login(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return ""


def _normal(name: str) -> str:
    """Return a login name as the log keeps it: letters, digits and `._@-`, everything else a `_`."""
    return re.sub(r"[^\w.@-]", "_", name)[:LONGEST]

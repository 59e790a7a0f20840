"""Who does it, and from where; when is told by the transaction."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class By:
    """Who gives a command: `actor` is a principal's id (`staff:3`, `key:7`, `citizen:…`, `clock`, `cli:asha`).

    `desk` is the counter at which it is done, None for what is done at none.
    """

    actor: str
    desk: str | None = None

    @property
    def is_person(self) -> bool:
        """Whether it is somebody who is signed in, and so has a name."""
        return self.actor.startswith("staff:")

    @property
    def is_named(self) -> bool:
        """Whether it is a person whose name is known: one who is signed in, or has a login of their own at the machine.

        Root and numbers without a name are shared.
        """
        name = self.actor.partition(":")[2]
        return self.is_person or (self.at_machine and bool(name) and name not in SHARED and not name.startswith("uid-"))

    @property
    def at_machine(self) -> bool:
        """Whether it is given at the machine itself, by somebody of the operating system or by who is not told."""
        return self.actor.partition(":")[0] == CLI.actor

    @property
    def counter(self) -> str:
        """The acting counter; raises RuntimeError for a command that is done at none."""
        if self.desk is None:
            raise RuntimeError(f"{self.actor} acts at no counter")
        return self.desk


SHARED = ("root", "baari")
"""Logins of a machine behind which many people may stand: that of its owner, and that of the service."""

CLI = By("cli")
"""Who gives a command at the machine itself, where nobody tells the person: logs of before, demos, simulations."""

CLOCK = By("clock")
"""What time brings by itself."""

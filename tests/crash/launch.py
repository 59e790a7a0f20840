"""`baari` with a fault planted in it: `python -m tests.crash.launch FAULT serve …`, FAULT `none` for none."""

import os
import sys
from collections.abc import Mapping, Sequence

from server.cli import main
from server.storage import engines
from tests.crash.mutants import MUTANTS

SHORT_LOG = 1000


def launch(fault: str, words: Sequence[str]) -> None:
    """Plant a fault and run the command line in this process.

    SQLite's log is brought in four times as early as shipped, so that a recording of some hundred commands has a few.
    """
    engines.IN_COMMIT = SHORT_LOG  # type: ignore[attr-defined]
    if fault != "none":
        MUTANTS[fault]()
    sys.argv = ["baari", *words]
    main()


def launch_apart(environ: Mapping[str, str], fault: str, words: Sequence[str]) -> None:
    """Do the same in a process that was just forked: as the first of a group of its own."""
    os.setsid()
    os.environ.update(environ)
    launch(fault, words)


if __name__ == "__main__":
    launch(sys.argv[1], sys.argv[2:])

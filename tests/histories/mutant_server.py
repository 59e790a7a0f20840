"""`baari serve` with one fault put into it: `python -m tests.histories.mutant_server NAME --port N`."""

import sys

from server import cli
from tests.histories.faults import days, lines, transfers

MUTANTS = {fault.__name__: fault for fault in (*lines.FAULTS, *transfers.FAULTS, *days.FAULTS)}

if __name__ == "__main__":
    MUTANTS[sys.argv[1]]()
    sys.argv = ["baari", "serve", *sys.argv[2:]]
    cli.main()

"""`python -m server` is the command `baari`."""

from server.cli import main

main()

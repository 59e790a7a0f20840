"""How far back an undo reaches: what a command may take back, and what a replay must remember to judge it."""

from datetime import timedelta

UNDO_MAX_MIN = 60
"""The longest window that the rules of a centre can give (`undo_min`)."""

UNDO_MAX = timedelta(minutes=UNDO_MAX_MIN)

LOOKED_AT = 40
"""How many of the latest events of a counter or a token are looked at for the one that stands."""

"""Backups: what they hold, how they are sealed, and what is done when a centre goes on from one.

Doors: `archive` (the file), `sealing` and `apart` (who can open it), `holding` (what it holds), `going_on` (after a
restore), `folder` (by the clock), `store` (copies elsewhere), `tail`, `shipping` and `tail_folder` (what was done
since), `files`.
"""

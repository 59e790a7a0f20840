"""Backups by the clock: a process of its own makes each, so that the server goes on as fast as before."""

import logging
import subprocess
from collections.abc import Sequence
from pathlib import Path

from server.clock import Clock
from server.services.backups.folder import copy_is_due, is_due, state_of
from server.services.backups.tail_folder import tail_begun_at

PATIENCE_S = 10

log = logging.getLogger(__name__)


class BackupTimer:
    """Starts `command` when a backup of the folder is due, one at a time; it does nothing where no folder is set.

    It is due too where no backup was made since the `tail` began, and where one could not be copied into the store.
    """

    def __init__(
        self, folder: Path | None, hours: int, command: Sequence[str], clock: Clock, tail: Path | None = None
    ) -> None:
        self._folder, self._hours, self._command, self._clock = folder, hours, command, clock
        self._tail = tail
        self._running: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Wait to be asked to look."""

    def look(self) -> None:
        """Begin a backup if one is due and none is being made."""
        if self._folder is None or self._is_running():
            return
        now = self._clock.now()
        begun_at = tail_begun_at(self._tail, now)
        state = state_of(self._folder, self._hours, now)
        if is_due(state, self._hours, now, begun_at) or copy_is_due(state, now):
            self._running = subprocess.Popen(  # noqa: S603 - our own command
                self._command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL
            )

    def stop(self) -> None:
        """End the backup that is being made, which leaves nothing."""
        if self._running is not None and self._running.poll() is None:
            self._running.terminate()
            self._running.wait(PATIENCE_S)

    def _is_running(self) -> bool:
        if self._running is None:
            return False
        code = self._running.poll()
        if code is None:
            return True
        if code:
            log.warning("a backup failed (status %d)", code)
        self._running = None
        return False

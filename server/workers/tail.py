"""The tail: what was done is shipped every second to a second folder, by the process that leads."""

import logging
import threading
from collections.abc import Callable
from contextlib import suppress

from server.clock import Clock
from server.domain.errors import Refused
from server.services.backups.sealing import CannotOpen
from server.services.backups.shipping import Shipping

EVERY_S = 1.0

log = logging.getLogger(__name__)


class TailShipper:
    """A thread that ships what is new; it does nothing where no folder is set, and while another process leads."""

    def __init__(self, shipping: Shipping | None, leads: Callable[[], bool], clock: Clock) -> None:
        self._shipping, self._leads, self._clock = shipping, leads, clock
        self._failed = False
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="tail", daemon=True)

    def start(self) -> None:
        """Begin to ship."""
        if self._shipping is not None:
            self._thread.start()

    def stop(self) -> None:
        """Ship what is left, and end."""
        self._stopped.set()
        if self._shipping is not None and self._thread.is_alive():
            self._thread.join()
            if self._shipping.is_under_way:
                self._try(self._shipping)

    def _run(self) -> None:
        shipping = self._shipping
        while shipping is not None and not self._stopped.wait(EVERY_S):
            if self._leads():
                self._try(shipping)
            else:
                shipping.forget()

    def _try(self, shipping: Shipping) -> None:
        """Ship; what fails is told once, and tried again in the next round."""
        try:
            shipping.ship(self._clock.now())
            self._failed = False
        except (OSError, Refused, CannotOpen) as error:
            self._tell(shipping, error)
        except Exception as error:  # the thread must live: without it a restore loses a day
            log.exception("the tail has a fault")
            self._tell(shipping, error)

    def _tell(self, shipping: Shipping, error: Exception) -> None:
        shipping.forget()
        if not self._failed:
            log.warning("the tail could not be shipped: %s", error)
        self._failed = True
        with suppress(OSError):  # the folder is away: `tail_state` sees that
            shipping.note_failure(str(error))

"""A receipt printer that is not there: speaks ESC/POS over TCP, holds jobs when offline, and shows its paper.

Faithful where it matters: it can what its profile says and no more; status in real time even inside raster data,
in-stream answers only after printing, a small window, a job held while the paper is out and resumed when it is back,
also when its sender has hung up, one client at a time.
"""

import contextlib
import socket
import threading

from hardware.profiles.epson_tm import TM_T20
from hardware.profiles.profile import Profile
from hardware.simulated.faults import Fault
from hardware.simulated.mechanism import Mechanism
from hardware.simulated.session import Session, hang_up_hard

WINDOW = 4096  # bytes that wait in the network, not in the printer


class SimulatedPrinter(Mechanism):
    """Listens on a port of this machine; loses power after `reset_after` bytes of a job when that is its fault."""

    def __init__(
        self, port: int = 0, *, host: str = "127.0.0.1", profile: Profile = TM_T20, reset_after: int = 4000
    ) -> None:
        super().__init__(profile)
        self.host, self._reset_after = host, reset_after
        self._stopped = threading.Event()
        self._socket = socket.create_server((host, port), backlog=8)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, WINDOW)
        self._socket.settimeout(0.2)
        self.port: int = self._socket.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, name=f"printer {self.port}", daemon=True)

    def start(self) -> None:
        """Begin to listen."""
        self._thread.start()

    def stop(self) -> None:
        """Stop listening."""
        self._stopped.set()
        self._thread.join()
        self._socket.close()

    def _serve(self) -> None:
        while not self._stopped.is_set():
            if self.fault is Fault.OFF:
                self.lose_power()
            self.work(lambda answer: None)
            with contextlib.suppress(TimeoutError, OSError):
                link, _ = self._socket.accept()
                with contextlib.closing(link):
                    if self.fault is Fault.OFF:
                        hang_up_hard(link)
                    else:
                        Session(self, link, self._stopped, self._reset_after).run()

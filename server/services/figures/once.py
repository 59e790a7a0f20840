"""Values that are computed once for all who ask at the same time, and kept for a moment."""

import threading
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Once(Generic[K, V]):
    """Keeps the values of the last `most` keys; a key tells all that its value depends on."""

    def __init__(self, most: int) -> None:
        self._most, self._lock = most, threading.Lock()
        self._values: dict[K, Future[V]] = {}

    def get(self, key: K, compute: Callable[[], V]) -> V:
        """Return the value of a key; who asks first computes it, the others wait. An error is told and not kept."""
        with self._lock:
            value = self._values.get(key)
            if value is not None:
                first = False
            else:
                first, value = True, Future()
                self._values[key] = value
                self._forget()
        if first:
            self._compute(key, value, compute)
        return value.result()

    def _compute(self, key: K, value: "Future[V]", compute: Callable[[], V]) -> None:
        try:
            value.set_result(compute())
        except BaseException as error:  # told to all who wait; the next who asks tries again
            with self._lock:
                self._values.pop(key, None)
            value.set_exception(error)

    def _forget(self) -> None:
        """Forget the oldest; who waits for one still gets it."""
        while len(self._values) > self._most:
            del self._values[next(iter(self._values))]

"""The derived keys of the installation as this process knows them."""

import time
from collections.abc import Callable

from server.domain.derived import DerivedKeys
from server.domain.errors import Unavailable
from server.services.setup.secret import WrongSecret, keys_of, numbers_of
from server.storage.database import Database

FRESH_S = 2.0


class Keyring:
    """Gives the derived keys; what another process has rotated or ended is known here within FRESH_S seconds."""

    def __init__(self, db: Database, secret: Callable[[], bytes]) -> None:
        self._db, self._secret = db, secret
        self._keys: DerivedKeys | None = None
        self._looked = 0.0

    def keys(self) -> DerivedKeys:
        """Return the keys; raises Unavailable while they were never read, or when the secret is of another database."""
        if self._keys is None or time.monotonic() - self._looked > FRESH_S:
            self._look()
        assert self._keys is not None  # noqa: S101 - `_look` has read them or raised
        return self._keys

    def fits(self) -> bool:
        """Whether the secret is that of the database."""
        try:
            self._look()
        except Unavailable:
            return False
        return True

    def _look(self) -> None:
        try:
            self._keys = keys_of(self._db.look(numbers_of), self._secret())
        except WrongSecret as error:
            raise Unavailable(str(error)) from error
        except Unavailable:
            if self._keys is None:
                raise
        self._looked = time.monotonic()

"""Views as answers: what is kept, as long as nothing has happened, else made by one thread for all who ask."""

from collections.abc import Callable
from datetime import datetime

from server.domain.centre import Head
from server.domain.token.claim import secret_in
from server.services.views.phone import owner_of
from server.services.views.projections import CentreViews, Projections
from server.services.views.ready import Ready
from server.storage.transaction import Read
from server.web.reads import Reads

OWNERS_MAX = 50_000


class Views:
    """The views of a server; each answer is true after the last event that was committed before it.

    `now` tells the time of a centre by its id.
    """

    def __init__(
        self, reads: Reads, now: Callable[[int], datetime], computed: Callable[[], None] = lambda: None
    ) -> None:
        self._reads, self.now = reads, now
        self._projections = Projections(computed)
        self._owners: dict[str, tuple[int, str]] = {}

    def line(self, centre_id: int, counter: str) -> Ready:
        """Return the line of a counter as JSON; raises UnknownCentre, UnknownCounter, Unavailable."""
        return self._answer(
            centre_id,
            counter,
            lambda views, head: views.kept_line(head, counter, self.now(centre_id)),
            lambda views, read: views.line(read, counter, self.now(centre_id)),
        )

    def snapshot(self, centre_id: int, *, staff: bool) -> Ready:
        """Return the snapshot of a centre as JSON, without the time; raises UnknownCentre, Unavailable."""
        return self._answer(
            centre_id,
            "",
            lambda views, head: views.kept_snapshot(head, self.now(centre_id), staff=staff),
            lambda views, read: views.snapshot(read, self.now(centre_id), staff=staff),
        )

    def status(self, secret: str) -> Ready:
        """Return the status of the token of a secret as JSON without the time; raises UnknownToken, Unavailable."""
        centre_id, token_id = self.owner(secret)
        return self._answer(
            centre_id,
            "",
            lambda views, head: views.kept_status(head, token_id, self.now(centre_id)),
            lambda views, read: views.status(read, token_id, self.now(centre_id)),
        )

    def _answer(
        self,
        centre_id: int,
        counter: str,
        kept: Callable[[CentreViews, Head], Ready | None],
        make: Callable[[CentreViews, Read], Ready],
    ) -> Ready:
        """Return what is kept, if nothing has happened since; else make it, unless another thread just did."""
        views = self._projections.of(centre_id)
        head = self._reads.read(lambda read: views.head(read, counter))
        answer = kept(views, head)
        if answer is None:
            with views.making:
                answer = kept(views, head) or self._reads.read(lambda read: make(views, read))
        return answer

    def owner(self, secret: str) -> tuple[int, str]:
        """Return (centre id, token id) of a secret, with its claim or without; raises UnknownToken.

        They never change, and are kept by the secret alone: whatever is claimed, a page is kept once.
        """
        secret = secret_in(secret)
        owner = self._owners.get(secret)
        if owner is None:
            if len(self._owners) >= OWNERS_MAX:
                self._owners.clear()
            owner = self._owners[secret] = self._reads.read(lambda read: owner_of(read, secret))
        return owner

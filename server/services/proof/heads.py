"""The heads of all chains as they are now."""

from server.domain.proof.heads import INSTALLATION, Head
from server.storage.sql import centres, installation
from server.storage.transaction import Read


def heads_now(read: Read) -> list[Head]:
    """Return the head of each centre and of the installation that has any event."""
    every = [Head(centre.code, centre.event_seq, centre.head) for centre in centres.all_centres(read)]
    own = installation.chain_of(read)
    return [head for head in (*every, Head(INSTALLATION, own.seq, own.head)) if head.seq]

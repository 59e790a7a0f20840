"""The heads of all chains as lines of text that leave the building: a record that was written anew misses them.

`baari-head:1:CHAIN:SEQ:HEAD`. CHAIN is the code of a centre, `*` stands for the installation; HEAD is the hash of
event SEQ. They are not signed: whoever keeps them, keeps them where nobody who writes the record gets at them.
"""

import re
from dataclasses import dataclass

INSTALLATION = "*"
LINE = re.compile(r"baari-head:1:(\*|[^:\s]+):(\d{1,18}):([0-9a-f]{64})\b")


@dataclass(frozen=True, slots=True)
class Head:
    """How far a chain had come: its last event, and the hash of that."""

    chain: str
    seq: int
    head: str

    @property
    def text(self) -> str:
        """The head as a line."""
        return f"baari-head:1:{self.chain}:{self.seq}:{self.head}"


def read_heads(text: str) -> list[Head]:
    """Return the heads that stand anywhere in a text, a mail or a log for example."""
    return [Head(chain, int(seq), head) for chain, seq, head in LINE.findall(text)]

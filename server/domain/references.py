"""References of applications: one normal form, and the keyed hashes under which they are looked for and kept.

However a letter is typed, scanned or imported, `23-1000000001`, `23 1000000001` and `२३/१०००००००००१` are one reference.
What is kept is a keyed hash of it, enough to match one and not to read it, and its last characters.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from unicodedata import category as kind_of
from unicodedata import decimal, normalize

from server.domain.derived import UNDERIVED, DerivedKeys, Purpose

SHORTEST, LONGEST = 4, 64
TAIL = 4
RAW_MAX = 256
"""The longest text in which a reference is looked for."""
# Marks that are never seen: they choose between forms of one letter.
UNSEEN = frozenset("\u034f\u180b\u180c\u180d\u180f\u17b4\u17b5" + "".join(map(chr, range(0xFE00, 0xFE10))))
SUPPLEMENT = range(0xE0100, 0xE01F0)


@dataclass(frozen=True, slots=True)
class Reference:
    """A reference to be found: its hash under the key in force, `number`, and `older` ones under which it may stand.

    `tail` is its last characters, `normal` the whole of it, which is never kept.
    """

    hash: str
    number: int = 1
    older: tuple[str, ...] = ()
    tail: str = ""
    normal: str = field(default="", repr=False)

    @property
    def hashes(self) -> tuple[str, ...]:
        """Every hash under which it may be kept, the one in force first."""
        return (self.hash, *self.older)


def normal_form(text: str) -> str:
    """Return the normal form of a reference: letters, marks and digits only, case folded, digits as 0 to 9."""
    folded = normalize("NFKC", normalize("NFKC", text).casefold())
    return normalize("NFC", "".join(_kept(folded)))


def is_whole(normal: str) -> bool:
    """Whether a normal form is as long as a reference can be."""
    return SHORTEST <= len(normal) <= LONGEST


def referred(text: str, keys: DerivedKeys) -> Reference | None:
    """Return the reference that a text names, None when it cannot be one."""
    normal = normal_form(text)
    if not is_whole(normal):
        return None
    current, *former = (key.mac(normal) for key in keys.readable(Purpose.REFERENCES) if key.number != UNDERIVED)
    older = [*former, *_of_old_form(text, normal, keys)]
    return Reference(current, keys.in_force, tuple(older), normal[-TAIL:], normal)


def _kept(text: str) -> Iterable[str]:
    for character in text:
        kind = kind_of(character)
        if kind == "Nd":
            yield str(decimal(character))
        elif kind[0] in "LM" and character not in UNSEEN and ord(character) not in SUPPLEMENT:
            yield character


def _of_old_form(text: str, normal: str, keys: DerivedKeys) -> list[str]:
    """Return the hashes under which it stood before there was a normal form: as it was written, in capitals."""
    if UNDERIVED not in keys.numbers:
        return []
    key = keys.numbered(Purpose.REFERENCES, UNDERIVED)
    written = normalize("NFKC", text)
    spelt = (text, written, _with_digits(written), normal)
    return [key.mac(form) for form in dict.fromkeys(each.strip().upper() for each in spelt)]


def _with_digits(text: str) -> str:
    return "".join(str(decimal(each)) if kind_of(each) == "Nd" else each for each in text)

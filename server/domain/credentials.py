"""What a person signs in with: the normal form of a user name, and which passwords may be chosen."""

import unicodedata
from collections.abc import Collection

from server.domain.errors import InvalidInput, WeakPassword

NAME_MAX = 64
PASSWORD_MIN, PASSWORD_MAX = 8, 256
TYPED_MAX = 1024
"""Letters that are looked at of what somebody typed: the normal form of one may be several."""
JOINERS = str.maketrans("", "", "\u200c\u200d")
"""Signs that only choose the shape of their neighbours; one name with and without them is one name."""


def normal_name(typed: str) -> str | None:
    """Return the form in which a user name is kept and compared, None for what can be no name.

    That is NFKC, case-folded, without joiners, with single spaces inside and none around; 1 to 64 characters, none of
    which controls, formats or is unassigned.
    """
    if len(typed) > TYPED_MAX:
        return None
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", typed).casefold())
    name = " ".join(folded.translate(JOINERS).split())
    return name if 0 < len(name) <= NAME_MAX and name.isprintable() else None


def user_name(typed: str) -> str:
    """Return the normal form of the name of a new person; raises InvalidInput."""
    name = normal_name(typed)
    if name is None:
        raise InvalidInput(f"A user name has 1 to {NAME_MAX} characters, and no control characters.")
    return name


def normal_password(typed: str) -> str:
    """Return the form in which a password is hashed, so that it fits from every keyboard (NFKC)."""
    return unicodedata.normalize("NFKC", typed)


def require_strong(password: str, user: str, common: Collection[str]) -> None:
    """Raise WeakPassword for a new password, in its normal form, that could be guessed; `reason` names the rule.

    Digits and signs around a word make it no other word: "Password@123" is as common as "password".
    """
    if len(password) < PASSWORD_MIN:
        raise WeakPassword(f"A password has at least {PASSWORD_MIN} characters.", reason="short")
    if len(password) > PASSWORD_MAX:
        raise WeakPassword(f"A password has at most {PASSWORD_MAX} characters.", reason="long")
    folded = password.casefold()
    words = {folded, _word_in(folded)}
    if user in words:
        raise WeakPassword("The password is the user name. Please choose another.", reason="name")
    if not words.isdisjoint(common):
        raise WeakPassword("This password is one of the most common. Please choose another.", reason="common")


def _word_in(text: str) -> str:
    letters = [at for at, sign in enumerate(text) if sign.isalpha()]
    return text[letters[0] : letters[-1] + 1] if letters else text

"""What a slip claims of its token beside the secret, and when the claim is believed."""

from server.domain.centre import CentreState
from server.domain.derived import DerivedKeys, Purpose
from server.domain.errors import InvalidInput
from server.domain.token.claim import Claim, epoch_mark, read_claim, service_mark, signed
from server.domain.token.token import Token


def with_claim(secret: str, centre: CentreState, token: Token, keys: DerivedKeys) -> str:
    """Return a secret with the claim of its token; the secret alone where the form cannot hold what is claimed."""
    key = keys.key(Purpose.SLIPS)
    try:
        return signed(secret, _claim_of(centre, token), key.secret, key.number)
    except InvalidInput:  # a slip without a claim is worth more than none
        return secret


def claimed(text: str, keys: DerivedKeys) -> Claim:
    """Return what a slip claims; raises InvalidInput for no claim, a forged one, and one of a key that was ended."""
    accepted = {key.number: key.secret for key in keys.accepted(Purpose.SLIPS)}
    return read_claim(text, accepted.get)


def _claim_of(centre: CentreState, token: Token) -> Claim:
    """Return the claim of a token; its age counts from an instant of the wall clock, which another server shares."""
    aged_from = centre.wall(token.aged_from)
    service = service_mark(token.service)
    return Claim(epoch_mark(centre.epoch), token.id, token.day, token.label, token.klass, service, aged_from)

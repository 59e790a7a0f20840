"""References of applications: kept as a keyed hash, enough to match one and not to read it."""

import hashlib
import hmac

from server.web.site import site


def hidden(reference: str) -> str:
    """Return the keyed hash of a reference, the same for `arn-12` and ` ARN-12`."""
    return hmac.new(site().settings.secret(), reference.strip().upper().encode(), hashlib.sha256).hexdigest()

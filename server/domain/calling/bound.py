"""How often somebody who waits can still be overtaken: the promise of the calling rule."""


def overtakings_left(quota: int, older: int, groups: int = 1) -> int | None:
    """Return how often the rule can still call a younger token first, with `older` older ones in line.

    Each of the `groups` of counters that may take the token keeps its quota for itself. None when there is no promise.
    """
    return groups * (quota - 1) * (older + 1) if quota and groups else None

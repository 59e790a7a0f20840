"""The versions of the calling rule: each decision records by which it was made, and is judged by the same."""

from collections.abc import Callable, Iterable, Mapping

from server.domain.calling import v1
from server.domain.calling.lane import Age, Waiting
from server.domain.calling.profile import Profile
from server.domain.calling.rule import CallingRule, Choice, Decision

Chooser = Callable[[Iterable[Waiting], CallingRule, Profile, int, Age], Choice | None]
Decider = Callable[[Iterable[Waiting], CallingRule, Profile, int, Age], Decision | None]

RULE = "v1"
"""The version in force: an event made from now on was decided by it."""

CHOOSERS: Mapping[str, Chooser] = {"v1": v1.choose_next}
"""Who is next, by the version of the rule; an old version stays beside the new for as long as its events are kept."""
DECIDERS: Mapping[str, Decider] = {"v1": v1.decide}
"""The same without the reason, for those who foresee a line."""

"""What a console shows of a verb that is done to the token at its counter."""

from dataclasses import dataclass

from server.domain.events.kinds import Kind
from server.domain.token.changes import Action


@dataclass(frozen=True, slots=True)
class Button:
    """A verb on the console: its key, its words and the words of its event among the last actions, in English.

    It works where `action` is allowed; `running` when it needs a floor that is not stopped, `lead` when only the
    counter that called a party may do it. The words of other languages stand in `server/wording/translations`.
    """

    key: str
    words: str
    done: str
    action: Action
    kind: Kind
    running: bool = False
    lead: bool = False

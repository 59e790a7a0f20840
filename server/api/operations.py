"""The name of an operation in the contract and its refusals, beside its route."""

from collections.abc import Callable
from typing import TypeVar

from apiflask.scaffold import APIScaffold

from server.domain.errors import Refused

CONDITIONAL, REFUSALS = "x-conditional", "x-refusals"
Route = TypeVar("Route", bound=Callable[..., object])
_SPOKEN = APIScaffold()  # what is told to it, it writes on the route itself


def operation(
    name: str, *refusals: type[Refused], keyless: bool = False, conditional: bool = False
) -> Callable[[Route], Route]:
    """Name an operation as its action is named, and list what only it is refused for.

    The tests hold the list to the code: no refusal beside it, and none that cannot come. `keyless` needs nobody to be
    signed in, `conditional` answers 304 to whoever has the same answer already.
    """
    extensions = {CONDITIONAL: conditional, REFUSALS: refusals}
    return _SPOKEN.doc(operation_id=name, security=None if keyless else "bearer", extensions=extensions)

"""The name of an operation in the contract, beside its route."""

from collections.abc import Callable
from typing import Any, TypeVar

from apiflask.scaffold import APIScaffold

CONDITIONAL = "x-conditional"
Route = TypeVar("Route", bound=Callable[..., Any])
_SPOKEN = APIScaffold()  # what is told to it, it writes on the route itself


def operation(name: str, *, keyless: bool = False, conditional: bool = False) -> Callable[[Route], Route]:
    """Name an operation as its action is named; `server.api.refusals` lists by this name how it can be refused.

    `keyless` needs nobody to be signed in, `conditional` answers 304 to whoever has the same answer already.
    """
    security = None if keyless else "bearer"
    return _SPOKEN.doc(operation_id=name, security=security, extensions={CONDITIONAL: conditional})

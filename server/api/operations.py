"""The name of an operation in the contract and its refusals, beside its route."""

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from apiflask.scaffold import APIScaffold
from flask import current_app, request

from server.domain.errors import Refused
from server.domain.permissions import Permission
from server.web.guard import authorise, identify

CONDITIONAL, REFUSALS, NAME = "x-conditional", "x-refusals", "operation_name"
Route = TypeVar("Route", bound=Callable[..., object])
Answers = dict[int | str, dict[str, str | dict[str, dict[str, Any]]]] | None  # as APIFlask has it
_TEXT = {"schema": {"type": "string"}}
_SPOKEN = APIScaffold()  # what is told to it, it writes on the route itself


def operation(
    name: str,
    *refusals: type[Refused],
    keyless: bool = False,
    conditional: bool = False,
    permission: Permission | None = None,
    files: Iterable[str] = (),
    waits: str | None = None,
) -> Callable[[Route], Route]:
    """Name an operation as its action is named, and list what only it is refused for.

    The tests hold the list to the code: no refusal beside it, and none that cannot come. `keyless` needs nobody to be
    signed in, `conditional` answers 304 to whoever has the same answer already. `permission` is
    asked for where it has not the same name; the answer is one of `files`, by their media types, where it is no JSON.
    Where it `waits` for a second person it says so by 202 and a body of that shape.
    """
    extensions = {CONDITIONAL: conditional, REFUSALS: refusals}
    file: Answers = {200: {"description": "The file", "content": dict.fromkeys(files, _TEXT)}} if files else None
    if waits is not None:
        content = {"application/json": {"schema": {"$ref": f"#/components/schemas/{waits}"}}}
        file = {**(file or {}), 202: {"description": "A second person is asked; nothing is done", "content": content}}
    security = None if keyless else "bearer"
    spoken = _SPOKEN.doc(operation_id=name, security=security, extensions=extensions, responses=file)

    def named(route: Route) -> Route:
        if not keyless:
            setattr(route, NAME, name if permission is None else permission.value)
        return spoken(route)

    return named


def require_may() -> None:
    """Raise Unauthenticated or Forbidden where the present operation is closed to whoever asks, whatever they sent."""
    name = getattr(current_app.view_functions.get(request.endpoint or ""), NAME, None)
    if name is None:
        return
    place = request.view_args or {}
    if name in set(Permission) and "centre" in place:
        authorise(Permission(name), centre=place["centre"], counter=place.get("counter"), in_use=False)
    else:
        identify(Permission.WATCH_FLOOR)

"""The keys of a centre's devices and programs: list them, revoke one, give one another secret."""

from typing import Annotated

from apiflask import APIBlueprint
from flask import Response, jsonify
from pydantic import BaseModel, Field

from server.api.at_centre import AT as AT_CENTRE
from server.api.commands import command
from server.api.operations import operation
from server.api.shapes import Strict
from server.domain import errors as e
from server.domain.actors import By
from server.domain.permissions import Permission
from server.services.people import keys
from server.services.people.keys import KeyView
from server.storage.transaction import Transaction
from server.web.guard import authorise
from server.web.site import read, site

AT = f"{AT_CENTRE}/keys/<int:key>"
bp = APIBlueprint("keys", __name__, tag="People and keys")


class SecretIn(Strict):
    """The key from now on: `baari_` and at least 43 letters, digits, `-` and `_`, drawn at random by who asks.

    So nothing that is kept of a command holds it: the server knows its hash only.
    """

    secret: Annotated[str, Field(pattern=r"^baari_[A-Za-z0-9_-]{43,122}$")]


class KeyAnswer(BaseModel):
    """The key as it is now."""

    key: KeyView


class KeysOut(BaseModel):
    """The keys of the centre that are in force, by role and name."""

    keys: list[KeyView]


@bp.get(f"{AT_CENTRE}/keys")
@bp.output(KeysOut)
@operation("list_keys")
def listed(centre: str) -> Response:
    """Get the keys in force: whose, what for, and when each was last seen. No secret is told."""
    principal = authorise(Permission.READ_KEYS, centre=centre, in_use=False)
    return jsonify(keys=read(lambda snapshot: keys.keys_of(snapshot, principal.centre_id)))


@bp.post(f"{AT}/revoke")
@bp.output(KeyAnswer)
@operation("revoke_key", e.UnknownKey)
def revoke(centre: str, key: int) -> Response:
    """Revoke a key: it opens nothing any more, and its screens are cut off within two seconds."""
    principal, now = authorise(Permission.REVOKE_KEY, centre=centre), site().real.now()

    def act(tx: Transaction) -> dict[str, object]:
        return {"key": keys.revoke(tx, key, now, By(principal.id))}

    return command(principal, act)


@bp.post(f"{AT}/rotate")
@bp.input(SecretIn, arg_name="asked")
@bp.output(KeyAnswer)
@operation("rotate_key", e.UnknownKey)
def rotate(centre: str, key: int, asked: SecretIn) -> Response:
    """Give a key another secret; the old one opens nothing. A key of all centres is rotated on the machine alone."""
    principal, now = authorise(Permission.ROTATE_KEY, centre=centre), site().real.now()

    def act(tx: Transaction) -> dict[str, object]:
        return {"key": keys.rotate(tx, key, asked.secret, now, By(principal.id))}

    return command(principal, act)

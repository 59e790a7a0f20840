"""The keys of a centre's devices and programs: list them, make one, revoke one, give one another secret."""

from typing import Annotated

from apiflask import APIBlueprint
from flask import Response, jsonify
from pydantic import BaseModel, Field

from server.api.at_centre import AT as AT_CENTRE
from server.api.commands import Waits, command
from server.api.operations import operation
from server.api.shapes import Code, Instant, Strict
from server.domain import errors as e
from server.domain.actors import By
from server.domain.permissions import Permission, Role
from server.services.people import approvals, keys
from server.services.people.approvals import ApprovalView
from server.services.people.keys import KeyView, Order
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


class KeyIn(SecretIn):
    """A new key: whose or what for, of which role, bound to a device or a counter, and until when."""

    name: Annotated[str, Field(min_length=1, max_length=keys.NAME_MAX)]
    role: Annotated[Role, Field(strict=False)]
    device: Code | None = None
    counter: Code | None = None
    expires_at: Instant | None = None


class GuardedKeyAnswer(BaseModel):
    """The key as it is now; or, where a second person has to approve it first (202), what they were asked for."""

    key: KeyView | None = None
    approval: ApprovalView | None = None


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


@bp.post(f"{AT_CENTRE}/keys")
@bp.input(KeyIn, arg_name="asked")
@bp.output(GuardedKeyAnswer, status_code=201)
@operation("create_key", e.UnknownDevice, e.UnknownCounter, e.NamedPersonNeeded, waits="GuardedKeyAnswer")
def create(centre: str, asked: KeyIn) -> Response:
    """Make a key of this centre. A key makes none that may more than itself: by role, bound to less, or longer."""
    principal, now = authorise(Permission.CREATE_KEY, centre=centre), site().real.now()
    order = Order(asked.role, asked.name, asked.device, asked.counter, asked.expires_at)
    guarded, what, by = site().settings.second_person, order.approvable, By(principal.id)

    def act(tx: Transaction) -> dict[str, object] | Waits:
        waiting = None if what is None else approvals.waited_for(tx, guarded, what, now, by)
        if waiting is not None:
            return Waits({"key": None, "approval": waiting})
        return {"key": keys.order_key(tx, order, asked.secret, now, principal), "approval": None}

    return command(principal, act, status=201)


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

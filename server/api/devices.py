"""The screens of a centre: list them, pair one by the code that it shows, identify, rename and revoke it."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated

from apiflask import APIBlueprint
from flask import Response, jsonify
from pydantic import BaseModel, Field

from server.api.at_centre import AT as AT_CENTRE
from server.api.commands import command
from server.api.operations import operation
from server.api.shapes import Code, Instant, Strict
from server.domain import errors as e
from server.domain.actors import By
from server.domain.permissions import Permission
from server.domain.screens import Screen, ScreenKind, screen_of
from server.services.people import pairing, screens
from server.services.people.pairing import PairingView
from server.services.people.screens import ScreenView
from server.storage.transaction import Transaction
from server.web.guard import authorise
from server.web.site import read, site

AT = f"{AT_CENTRE}/devices/<kind>/<device>"
bp = APIBlueprint("devices", __name__, tag="People and keys")


class PairIn(Strict):
    """The code that a screen shows. It becomes the screen whose page it shows, or another (`as_screen`: `kiosk:K1`)."""

    code: Annotated[str, Field(min_length=1, max_length=16)]
    as_screen: Annotated[str, Field(min_length=1, max_length=80)] | None = None
    expires_at: Instant | None = None


class NameIn(Strict):
    """What the device is called from now on."""

    name: Code


class ScreenAnswer(BaseModel):
    """The screen as it is now."""

    screen: ScreenView


class ScreensOut(BaseModel):
    """The kiosks, boards and consoles of the centre; `connected` are those that a screen of this server shows now."""

    screens: list[ScreenView]
    connected: list[str]


class PairingOut(BaseModel):
    """Which page shows the code, from where, and what it would replace."""

    pairing: PairingView


@bp.get(f"{AT_CENTRE}/devices")
@bp.output(ScreensOut)
@operation("list_devices")
def listed(centre: str) -> Response:
    """Get the screens of the centre: with what each is paired, when it was last seen, and which ask to be paired."""
    principal, now = authorise(Permission.READ_DEVICES, centre=centre, in_use=False), site().real.now()
    views = read(lambda snapshot: screens.screens_of(snapshot, principal.centre_id, now))
    return jsonify(screens=views, connected=site().connected(principal.centre))


@bp.get(f"{AT_CENTRE}/devices/codes/<code>")
@bp.output(PairingOut)
@operation("read_code", e.UnknownCode, e.UnknownDevice)
def shown(centre: str, code: str) -> Response:
    """Get which screen shows a code: its address, its browser, and what it would replace."""
    principal, now = authorise(Permission.PAIR_DEVICE, centre=centre), site().real.now()
    return jsonify(pairing=read(lambda snapshot: pairing.asked_by(snapshot, principal.centre_id, code, now)))


@bp.post(f"{AT_CENTRE}/devices/pair")
@bp.input(PairIn, arg_name="asked")
@bp.output(ScreenAnswer)
@operation("pair_device", e.UnknownCode, e.UnknownDevice)
def pair(centre: str, asked: PairIn) -> Response:
    """Pair the screen that shows a code; whatever was paired as that screen opens nothing from then on."""
    principal, now = authorise(Permission.PAIR_DEVICE, centre=centre), site().real.now()
    other, by = None if asked.as_screen is None else screen_of(asked.as_screen), By(principal.id)

    def act(tx: Transaction) -> dict[str, object]:
        screen = pairing.accept(tx, asked.code, now, by, screen=other, expires_at=asked.expires_at)
        return {"screen": screens.screen_view(tx.conn, tx.centre.id, screen, now)}

    return command(principal, act)


@bp.post(f"{AT}/revoke")
@bp.output(ScreenAnswer)
@operation("revoke_device", e.UnknownDevice)
def revoke(centre: str, kind: str, device: str) -> Response:
    """Let the screen that is paired open nothing any more: it says "not paired" within two seconds."""
    return _act(Permission.REVOKE_DEVICE, centre, kind, device, screens.revoke)


@bp.post(f"{AT}/rename")
@bp.input(NameIn, arg_name="asked")
@bp.output(ScreenAnswer)
@operation("rename_device", e.UnknownDevice)
def rename(centre: str, kind: str, device: str, asked: NameIn) -> Response:
    """Give a kiosk or a board another name."""

    def act(tx: Transaction, screen: Screen, now: datetime, by: By) -> None:
        screens.rename(tx, screen, asked.name, now, by)

    return _act(Permission.RENAME_DEVICE, centre, kind, device, act)


@bp.post(f"{AT}/identify")
@bp.output(ScreenAnswer)
@operation("identify_device", e.UnknownDevice)
def identify(centre: str, kind: str, device: str) -> Response:
    """Let the screen that is paired show its name in large letters for fifteen seconds."""

    def act(tx: Transaction, screen: Screen, now: datetime, _by: By) -> None:
        screens.identify(tx, screen, now)

    return _act(Permission.IDENTIFY_DEVICE, centre, kind, device, act)


def _act(
    permission: Permission,
    centre: str,
    kind: str,
    device: str,
    act: Callable[[Transaction, Screen, datetime, By], None],
) -> Response:
    """Do something with a screen, and answer with what it is then."""
    principal, now = authorise(permission, centre=centre), site().real.now()
    screen = _screen(kind, device)

    def run(tx: Transaction) -> dict[str, object]:
        act(tx, screen, now, By(principal.id))
        return {"screen": screens.screen_view(tx.conn, tx.centre.id, screen, now)}

    return command(principal, run)


def _screen(kind: str, device: str) -> Screen:
    """Return the screen of an address; raises UnknownDevice."""
    if kind not in [known.value for known in ScreenKind]:
        raise e.UnknownDevice(f"There is no “{kind}”: a screen is a kiosk, a board or a counter.")
    return Screen(ScreenKind(kind), device)

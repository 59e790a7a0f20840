"""Looks from outside: opens page, socket and cookie at each address as a screen would."""

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from server.addresses import Place, is_loopback, origin_of
from server.operations.doctor.finding import Finding, Patient, fault, fine, warning
from server.operations.doctor.screen import Foreign, Screen, Unknown
from server.storage.sql.devices import places_of

TLS_DAYS = 21
SHUT = {"address_unknown", "address_silent", "address_refused", "address_foreign"}
"""Behind an address with one of these there is no page of ours."""
HEARD = re.compile(r'^baari_screens\{centre="([^"]+)",device="([^"]+)"\} [1-9]', re.MULTILINE)


def public(patient: Patient) -> Iterator[Finding]:
    """Can phones open what stands on slips, and can staff sign in where nobody reads along?"""
    settings = patient.settings
    if not settings.public_url:
        yield warning("public_missing", f"Slips carry {settings.url}, which phones outside the house cannot open.")
    elif settings.public_url.startswith("http://"):
        yield warning("public_plain", f"{settings.public_url} is not encrypted.")
    if settings.plain_http:
        yield warning("plain_http", "Passwords of staff may cross the network for all to read.")


def addresses(patient: Patient) -> Iterator[Finding]:
    """Does each address lead here, with its socket and its cookie?"""
    for url in patient.settings.addresses:
        findings = list(_look(Screen(url)))
        yield from findings or [fine("address", f"{url} opens, with its socket and its cookie.")]


def names(patient: Patient) -> Iterator[Finding]:
    """Does each name that a proxy has lead here? Its port is not known: the public one and the usual are tried."""
    scheme, place = origin_of(patient.settings.url)
    for name in patient.settings.behind_proxy:
        tried = dict.fromkeys(
            (f"{scheme}://{Place(name, place.port)}", f"https://{Place(name)}", f"http://{Place(name)}")
        )
        looks = {url: list(_look(Screen(url))) for url in tried}
        opened = [url for url, findings in looks.items() if not {each.code for each in findings} & SHUT]
        if not opened:
            yield warning("name_silent", f"Baari does not answer at {', '.join(tried)}.")
        for url in opened[:1]:
            yield from looks[url] or [fine("address", f"{url} opens, with its socket and its cookie.")]


def _look(screen: Screen) -> Iterator[Finding]:
    """Return what is wrong with an address."""
    try:
        seen = screen.reach()
    except Unknown as error:
        yield fault("address_unknown", f"Nobody knows where {screen.host} is: {error}.")
        return
    except Foreign as error:
        code = "address_refused" if error.status == 400 else "address_foreign"
        yield fault(code, f"{screen.url} answers {error.status}, and not as a page of ours.")
        return
    except OSError as error:
        yield fault("address_silent", f"Nobody answers at {screen.url}: {error}.")
        return
    yield from _certificate(screen)
    if seen["scheme"] != urlsplit(screen.url).scheme:
        yield fault("proxy_silent", f"{screen.url} is encrypted, and Baari is not told so: staff cannot sign in.")
    if not screen.reach()["cookie"]:
        yield fault("cookie_lost", f"A cookie that {screen.url} sets does not come back.")
    if (status := screen.poll()) != 200:
        yield fault("socket_refused", f"The socket of {screen.url} answers {status}.")
    elif (status := screen.upgrade()) != 101:
        yield warning("socket_polls", f"A websocket at {screen.url} is answered with {status}.")


def _certificate(screen: Screen) -> Iterator[Finding]:
    """Return what is wrong with the certificate of an address that encrypts."""
    if screen.distrust is not None:
        code = "tls_ended" if "expired" in screen.distrust else "tls_untrusted"
        yield fault(code, f"The certificate of {screen.host} is not trusted here: {screen.distrust}.")
    elif screen.days_left is not None and screen.days_left < TLS_DAYS:
        yield warning("tls_ends", f"The certificate of {screen.host} ends in {screen.days_left} days.")
    elif screen.days_left is not None:
        yield fine("tls", f"The certificate of {screen.host} is good for {screen.days_left} days.")


def boards(patient: Patient) -> Iterator[Finding]:
    """Which boards has the server heard of? Where none answers, nobody can say."""
    if (db := patient.db) is None:
        return
    try:
        metrics = Screen(next(url for url in reversed(patient.settings.addresses) if _is_own(url))).read("/metrics")
    except (OSError, Foreign, Unknown, StopIteration):
        return
    heard = set(HEARD.findall(metrics))
    for centre, board in db.read(lambda read: places_of(read, "board")):
        if (centre, board) in heard:
            yield fine("board", f"{board} of {centre} is connected.")
        else:
            yield warning("board_silent", f"{board} of {centre} is not connected.", device=board)


def _is_own(url: str) -> bool:
    return is_loopback(urlsplit(url).hostname or "") or url.startswith("http://")

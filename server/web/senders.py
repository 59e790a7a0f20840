"""Who sends a request, by its headers: what they carry is made out once, whose it is is asked each time."""

from collections.abc import Callable
from wsgiref.types import WSGIEnvironment

from server.domain.errors import Refused
from server.services.people.principal import Principal
from server.web.presence import Credential

KEPT_MAX = 4096
HEADERS = ("HTTP_AUTHORIZATION", "HTTP_COOKIE", "HTTP_X_CSRF_TOKEN")


class Senders:
    """Tells who sends a request: `credential_in` finds the credential, `holder` whose it is; both raise Refused."""

    def __init__(
        self, credential_in: Callable[[WSGIEnvironment], Credential], holder: Callable[[Credential], Principal]
    ) -> None:
        self._credential_in, self._holder = credential_in, holder
        self._credentials: dict[tuple[str, ...], Credential] = {}

    def principal_of(self, environ: WSGIEnvironment) -> Principal | None:
        """Return who sends a request, None when that is nobody, or needs a refusal."""
        carried = tuple(environ.get(name, "") for name in HEADERS)
        try:
            principal = self._holder(self._credentials.get(carried) or self._credential(carried, environ))
        except Refused:
            self._credentials.pop(carried, None)
            return None
        return principal

    def _credential(self, carried: tuple[str, ...], environ: WSGIEnvironment) -> Credential:
        if len(self._credentials) >= KEPT_MAX:
            self._credentials.clear()
        credential = self._credentials[carried] = self._credential_in(environ)
        return credential

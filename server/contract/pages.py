"""The table of permissions on its page, `docs/permissions.md`."""

from itertools import takewhile

from server.domain.permissions import Role, matrix

HEAD = "| permission | "


def with_matrix(page: str) -> str:
    """Return the page with its table written anew; raises ValueError when it has none."""
    before, _, rest = page.partition(HEAD)
    if not rest:
        raise ValueError(f"the page has no table that begins with {HEAD!r}")
    lines = (HEAD + rest).splitlines(keepends=True)
    old = list(takewhile(lambda line: line.startswith("|"), lines))
    return before + _matrix() + "".join(lines[len(old) :])


def _matrix() -> str:
    roles = [role.value for role in Role]
    rows = [
        f"| `{action}` | " + " | ".join(scopes.get(role, "–").replace("_", " ") for role in roles) + " |\n"
        for action, scopes in matrix().items()
    ]
    return HEAD + " | ".join(roles) + " |\n" + "|---" * (len(roles) + 1) + "|\n" + "".join(rows)

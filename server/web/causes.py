"""The causes of notices as a page takes them along: what it may have to say, in the languages of its centre."""

from collections.abc import Collection, Mapping

from server.domain.notice import Cause, NoticeKind
from server.domain.plan.plan import Names
from server.wording.catalogue import SOURCE


def causes_in(causes: Mapping[str, Cause], languages: Collection[str]) -> dict[str, dict[str, object]]:
    """Return causes by their codes, each with its words in some languages and in the source."""
    return {
        code: {
            "kinds": [kind for kind in NoticeKind if kind in cause.kinds],
            "name": _in(cause.name, languages),
            "icon": cause.icon,
            "verb": None if cause.verb is None else _in(cause.verb, languages),
        }
        for code, cause in causes.items()
    }


def _in(names: Names, languages: Collection[str]) -> Names:
    """Return the names in some languages and in the source; all of them where there is neither."""
    wanted = {code: name for code, name in names.items() if code in languages or code == SOURCE}
    return wanted or dict(names)

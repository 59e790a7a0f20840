"""The words a page takes along: what its scripts say, in each language of the centre."""

import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from server.wording.catalogue import SOURCE, Forms, catalogue

ROOT = Path(__file__).parents[2]
SHARED = ROOT / "server" / "static" / "ui"
STAFF = ROOT / "server" / "static" / "staff"

CALL = re.compile(r"""\bt\(\s*"((?:[^"\\]|\\.)+)"|\btn\(\s*"((?:[^"\\]|\\.)+)"\s*,\s*"((?:[^"\\]|\\.)+)\"""")


def words_for(
    script_folders: Iterable[Path], languages: Iterable[str], sentences: Iterable[str] = ()
) -> dict[str, dict[str, Forms]]:
    """Return the words that the scripts of a page use, and some `sentences`, in each language but the source."""
    used = frozenset(sentences).union(*map(sentences_in, [*script_folders, SHARED]))
    return {
        language: {text: catalogue(language)[text] for text in sorted(used) if text in catalogue(language)}
        for language in languages
        if language != SOURCE
    }


@cache
def sentences_in(folder: Path) -> frozenset[str]:
    """Return every sentence that the scripts of a folder say with `t("…")` or `tn("…", "…", n)`."""
    calls = (match for path in sorted(folder.glob("*.js")) for match in CALL.finditer(path.read_text("utf-8")))
    return frozenset((match[1] or match[2]).replace('\\"', '"') for match in calls)

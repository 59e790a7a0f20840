"""Write what an archive tells of itself: `python -m deploy.contents FOLDER`.

`SCHEMA` is the newest schema, to which a later release goes back; `NOTICES.txt` the licences of all wheels; `sbom.json`
a bill of materials as CycloneDX 1.6 (https://cyclonedx.org/docs/1.6/json/).
"""

import hashlib
import json
import re
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from email.parser import Parser
from pathlib import Path

from server.release import RELEASE
from server.storage.schema import newest

TEXTS = re.compile(r"(?i)(^|/)(licen[cs]e|copying|notice|authors)[^/]*$")
RULE = "=" * 72


@dataclass(frozen=True, slots=True)
class Part:
    """A wheel: its name, version, licence as it says itself, home, SHA-256, and the texts of its licences."""

    name: str
    version: str
    licence: str
    home: str
    sha256: str
    texts: tuple[tuple[str, str], ...]


def parts_in(folder: Path) -> Iterator[Part]:
    """Yield what the wheels of a folder are, by name."""
    for wheel in sorted(folder.glob("*.whl"), key=lambda path: path.name.lower()):
        with zipfile.ZipFile(wheel) as archive:
            names = archive.namelist()
            described = next(name for name in names if name.endswith(".dist-info/METADATA"))
            metadata = Parser().parsestr(archive.read(described).decode())
            texts = [(name, archive.read(name).decode(errors="replace")) for name in names if TEXTS.search(name)]
        classified = [c.split(" :: ")[-1] for c in metadata.get_all("Classifier", ()) if c.startswith("License")]
        licence = metadata["License-Expression"] or ", ".join(classified) or metadata["License"]
        licence = licence or ("as its text says" if texts else "not told")
        homes = [metadata["Home-page"] or "", *(url.split(", ", 1)[-1] for url in metadata.get_all("Project-URL", ()))]
        home = next((url for url in homes if url.startswith("http")), "")
        sha256 = hashlib.sha256(wheel.read_bytes()).hexdigest()
        yield Part(metadata["Name"], metadata["Version"], licence.splitlines()[0], home, sha256, tuple(texts))


def notices(parts: list[Part]) -> str:
    """Return the notices: what each part is and under which terms it may be passed on."""
    blocks = []
    for part in parts:
        texts = "\n\n".join(f"--- {name}\n\n{text.strip()}" for name, text in part.texts)
        blocks.append(f"{RULE}\n{part.name} {part.version}\n{part.licence}\n{part.home}\n{RULE}\n\n{texts}\n")
    return "\n".join(blocks)


def bill(parts: list[Part]) -> dict[str, object]:
    """Return the bill of materials."""
    own = {"type": "application", "bom-ref": "baari", "name": "baari", "version": RELEASE}
    others = [part for part in parts if part.name != "baari"]
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"component": own},
        "components": [_component(part) for part in others],
        "dependencies": [{"ref": "baari", "dependsOn": [_address(part) for part in others]}],
    }


def _component(part: Part) -> dict[str, object]:
    return {
        "type": "library",
        "bom-ref": _address(part),
        "name": part.name,
        "version": part.version,
        "purl": _address(part),
        "hashes": [{"alg": "SHA-256", "content": part.sha256}],
        "licenses": [{"license": {"name": part.licence}}],
    }


def _address(part: Part) -> str:
    return f"pkg:pypi/{re.sub(r'[-_.]+', '-', part.name).lower()}@{part.version}"


def main(folder: Path) -> None:
    """Write the three files into a folder that has its wheels."""
    parts = list(parts_in(folder / "wheels"))
    (folder / "SCHEMA").write_text(f"{newest()}\n")
    (folder / "NOTICES.txt").write_text(notices(parts))
    (folder / "sbom.json").write_text(json.dumps(bill(parts), indent=1) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))

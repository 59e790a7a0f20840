"""What a release installs is locked, and is the same as what is tested."""

import re
from configparser import ConfigParser
from pathlib import Path

ROOT = Path(__file__).parents[2]
EXTRAS = ("pg", "redis", "usb")


def locked(path: str) -> dict[str, str]:
    """Return the versions that a lock names."""
    pairs = re.findall(r"(?m)^([a-z0-9.-]+)(?:\[[a-z, ]+\])?==(\S+)", (ROOT / path).read_text())
    return dict(pairs)


def test_a_release_installs_all_that_the_product_needs_in_the_versions_that_are_tested() -> None:
    setup = ConfigParser(interpolation=None)
    setup.read(ROOT / "setup.cfg")
    lists = [setup["options"]["install_requires"], *(setup["options.extras_require"][extra] for extra in EXTRAS)]
    needed = {re.split(r"[\[><=!;]", line)[0] for lines in lists for line in lines.split("\n") if line}
    release, tested = locked("deploy/requirements.lock"), locked("requirements.lock")
    assert needed - release.keys() == set()
    assert {name: version for name, version in release.items() if tested.get(name) != version and name != "pip"} == {}

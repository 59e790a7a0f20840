"""The house plan, enforced: who may import whom, and where tests live."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("server", "kiosk", "counter", "display", "hardware", "migrations")
WEB = {"server.web", "server.services", "server.domain"}
PURE = {"server.domain"}

# What each part may import of ours. The longest name that fits a module decides.
ALLOWED: dict[str, set[str]] = {
    "server.domain": PURE,
    "server.storage": {"server.storage", *PURE},
    "server.services": {"server.services", "server.storage", "hardware.values", *PURE},
    "server.simulation": {"server.simulation", "server.services", "server.storage", "server.clocks", *PURE},
    "server.live": {"server.live", "server.services", "server.storage", "server.clocks", *PURE},
    "server.web": {*WEB, "server.storage", "server.config", "server.clocks"},
    "server.manager": {"server.manager", *WEB},
    "server.scheduler": {"server.services", "server.storage", "server.clocks", *PURE},
    "server.workers": {"server.workers", "server.services", "server.storage", "server.clocks", "hardware", *PURE},
    "server.config": set(),
    "server.clocks": set(),
    "server.app": set(PACKAGES),
    "server.contract": {"server.contract", "server.app", "server.config", "server.web", *PURE},
    "server.process": {"server.app", "server.config"},
    "server.demo": {"server"},
    "server.demo_printers": {"hardware", *PURE},
    "server.cli": set(PACKAGES),
    "server.commandline": {*PACKAGES, "bench"},
    "server.__main__": {"server.cli"},
    "server": set(),
    "kiosk": {"kiosk", *WEB},
    "counter": {"counter", *WEB},
    "display": {"display", *WEB},
    "hardware": {"hardware"},
    "migrations": {"server.storage"},
}
SOCKETIO_HOMES = {"server.app", "server.live.sockets"}


def modules() -> Iterator[tuple[str, Path]]:
    """Return the name and the file of every module of ours."""
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            parts = path.relative_to(ROOT).with_suffix("").parts
            yield ".".join(parts[:-1] if parts[-1] == "__init__" else parts), path


MODULES = dict(modules())


def imported(path: Path) -> Iterator[tuple[str, int]]:
    """Return (module, column) of every import; names imported from a package count as its modules."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.col_offset) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            base = node.module or ""
            for alias in node.names:
                inner = f"{base}.{alias.name}"
                yield inner if inner in MODULES else base, node.col_offset


def within(name: str, part: str) -> bool:
    return name == part or name.startswith(f"{part}.")


def rule_of(name: str) -> set[str]:
    return ALLOWED[max((part for part in ALLOWED if within(name, part)), key=len)]


@pytest.mark.parametrize("name", MODULES)
def test_a_module_imports_only_what_the_house_plan_allows(name: str) -> None:
    ours = {target for target, _ in imported(MODULES[name]) if target.split(".")[0] in PACKAGES}
    assert {target for target in ours if not any(within(target, part) for part in rule_of(name))} == set()


@pytest.mark.parametrize("name", MODULES)
def test_no_import_is_hidden_inside_a_function(name: str) -> None:
    assert [target for target, column in imported(MODULES[name]) if column] == []


@pytest.mark.parametrize("name", MODULES)
def test_only_the_sockets_and_the_root_name_flask_socketio(name: str) -> None:
    named = any(within(target, "flask_socketio") for target, _ in imported(MODULES[name]))
    assert not named or name in SOCKETIO_HOMES


def test_the_domain_needs_the_standard_library_only() -> None:
    foreign = {"flask", "sqlalchemy", "pydantic", "apiflask", "yaml", "numpy"}
    used = {t.split(".")[0] for n, p in MODULES.items() if within(n, "server.domain") for t, _ in imported(p)}
    assert used & foreign == set()


def test_every_module_begins_with_a_sentence() -> None:
    silent = [n for n, p in MODULES.items() if not ast.get_docstring(ast.parse(p.read_text()))]
    assert silent == [name for name in silent if "versions.0" in name]


def test_every_test_folder_is_a_package() -> None:
    folders = {path.parent for path in (ROOT / "tests").rglob("test_*.py")}
    assert [folder for folder in folders if not (folder / "__init__.py").exists()] == []

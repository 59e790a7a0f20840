"""The house plan, enforced: who may import whom, what each room's doors are, and where tests live."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from bench.house.rooms import between_rooms, module_graph, rings
from bench.house.sizes import any_lines, has_reason
from bench.house.tree import read_tree

ROOT = Path(__file__).parents[1]
PACKAGES = ("server", "kiosk", "counter", "display", "hardware", "migrations")
PURE = {"server.domain"}
TYPES = {"server.storage.database", "server.storage.transaction"}  # Database, Read, Transaction
SLIP = {"hardware.values"}
BEHIND_WEB = {"server.services", "server.wording", "server.config", "server.clock", *TYPES, *PURE}
PAGES = {"server.web", "server.services.views", "server.wording", *PURE}
PRINTING = {"hardware.registry", "hardware.settings", "hardware.layout", "hardware.values"}  # no driver

# What each part may import of ours. The longest name that fits a module decides.
ALLOWED: dict[str, set[str]] = {
    "server.domain": PURE,
    "server.storage": {"server.storage", "server.clock", *PURE},
    "server.wording": {"server.wording", *SLIP, *PURE},
    "server.services": {"server.services", "server.storage", "server.wording", *SLIP, *PURE},
    "server.simulation": {"server.simulation", "server.services", "server.storage", "server.clock", *PURE},
    "server.live": {"server.live", "server.services", "server.clock", *TYPES, *PURE},
    "server.web": {
        "server.release",
        "server.logs",
        "server.web",
        "server.services",
        "server.wording",
        "server.addresses",
        "server.config",
        "server.clock",
        *TYPES,
        *PURE,
    },
    "server.api": {"server.api", "server.web", "server.services", "server.wording", "server.clock", *TYPES, *PURE},
    "server.manager": {"server.manager", *PAGES},
    "server.scheduler": {"server.services", "server.storage.leader", "server.clock", *TYPES, *PURE},
    "server.workers": {"server.workers", "server.services", "server.clock", *PRINTING, *TYPES, *PURE},
    "server.release": set(),
    "server.config": {"server.addresses", *PURE},
    "server.addresses": set(),
    "server.clock": PURE,
    "server.logs": set(),
    "server.syslog": {"server.addresses"},
    "server.app": set(PACKAGES),
    "server.contract": {"server.contract", "server.api.serving", "server.app", "server.config", "server.web", *PURE},
    "server.process": {
        "server.addresses",
        "server.app",
        "server.config",
        "server.logs",
        "server.syslog",
        "server.web.together",
    },
    "server.demo": {"server"},
    "server.demo_printers": {"hardware.simulated", *PURE},
    "server.cli": set(PACKAGES),
    "server.operations": {*PACKAGES, "bench"},
    "server.__main__": {"server.cli"},
    "server": set(),
    "kiosk": {"kiosk", *PAGES},
    "counter": {"counter", *PAGES},
    "display": {"display", *PAGES},
    "hardware": set(),
    "hardware.values": set(),
    "hardware.settings": set(),
    "hardware.profiles": {"hardware.profiles"},
    "hardware.printer": {"hardware.profiles", "hardware.values"},
    "hardware.conversation": {"hardware.profiles", "hardware.values"},
    "hardware.printers": {"hardware.conversation", "hardware.settings", "hardware.profiles", "hardware.values"},
    "hardware.registry": {"hardware.printers", "hardware.printer", "hardware.settings", "hardware.profiles"},
    "hardware.layout": {"hardware.layout", "hardware.profiles", "hardware.values"},
    "hardware.simulated": {"hardware.simulated", "hardware.profiles"},
    "migrations": {"migrations"},  # a released revision does the same for ever, whatever the models say by then
    "migrations.new": {"server.storage"},
}
SOCKETIO_HOMES = {"server.app", "server.live.sockets"}
# What a driver takes and gives has any type: these modules are that edge.
SQL_HOMES = ("server.storage", "migrations", "bench", "tests")


def modules() -> Iterator[tuple[str, Path]]:
    """Return the name and the file of every module of ours."""
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            parts = path.relative_to(ROOT).with_suffix("").parts
            yield ".".join(parts[:-1] if parts[-1] == "__init__" else parts), path


MODULES = dict(modules())
WALL_CLOCKS = {
    "server.clock",
    "server.live.pings",  # a library compares with it
    "server.operations.installation",  # which year stands on a certificate
    "server.operations.doctor.screen",
    "server.web.limits",  # Redis counts by it
}
ROOMS = sorted(
    {name.rsplit(".", 1)[0] for name in MODULES if name.startswith("server.services.") and name.count(".") > 2}
)


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


def room_of(name: str) -> str | None:
    """Return the room of `server.services` in which a module stands."""
    return next((room for room in ROOMS if within(name, room)), None)


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


@pytest.mark.parametrize("name", MODULES)
def test_only_the_storage_names_sqlalchemy(name: str) -> None:
    named = any(within(target, "sqlalchemy") for target, _ in imported(MODULES[name]))
    assert not named or any(within(name, home) for home in SQL_HOMES)


def test_what_waits_does_not_wait_by_the_wall_clock() -> None:
    """A clock that is set back by three hours must not hold up for as long what runs by itself."""
    reads = {"time.time", "time.time_ns", "datetime.now", "datetime.today", "datetime.utcnow", "date.today"}
    named = {
        name
        for name, path in MODULES.items()
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and ast.unparse(node.func) in reads
    }
    assert {name for name in named if within(name, "server") and name not in WALL_CLOCKS} == set()
    schedulers = {name for name, path in MODULES.items() for target, _ in imported(path) if "schedule" in target}
    assert schedulers <= {"server.app", "server.scheduler"}  # which keeps pace


def test_the_domain_needs_the_standard_library_only() -> None:
    foreign = {"flask", "sqlalchemy", "pydantic", "apiflask", "yaml", "numpy"}
    used = {t.split(".")[0] for n, p in MODULES.items() if within(n, "server.domain") for t, _ in imported(p)}
    assert used & foreign == set()


def test_no_rooms_import_each_other_in_a_ring() -> None:
    tree = read_tree(ROOT)
    assert (rings(between_rooms(tree)), rings(module_graph(tree))) == ([], [])


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_is_entered_by_the_doors_that_its_docstring_names(room: str) -> None:
    doors = ast.get_docstring(ast.parse(MODULES[room].read_text())) or ""
    used = {
        target.rsplit(".", 1)[1]
        for name, path in MODULES.items()
        if room_of(name) != room
        for target, _ in imported(path)
        if target.startswith(f"{room}.")
    }
    assert {module for module in used if f"`{module}`" not in doors} == set()


def test_any_stands_only_at_the_edge_of_a_library_and_says_why() -> None:
    places = [(module, line) for module in read_tree(ROOT).values() for line in any_lines(module)]
    assert [f"{module.path}:{line}" for module, line in places if not has_reason(module, line)] == []


def test_every_module_begins_with_a_sentence() -> None:
    silent = [n for n, p in MODULES.items() if not ast.get_docstring(ast.parse(p.read_text()))]
    assert silent == [name for name in silent if "versions.0" in name]


def test_every_test_folder_is_a_package() -> None:
    folders = {path.parent for path in (ROOT / "tests").rglob("test_*.py")}
    assert [folder for folder in folders if not (folder / "__init__.py").exists()] == []

"""The examples of the recipes: patches, applied to a scratch copy of the tree where their tests are run.

`docs/recipes/NAME.md` says how to add something, `docs/recipes/NAME.patch` does it for one example, with its tests.
What `make contract` writes is made in the copy where the page says so, and stands in no patch.
"""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.house.recipes import GENERATED, is_source

ROOT = Path(__file__).parents[1]
TOUCHED = re.compile(r"^diff --git a/(\S+) b/(\S+)$", re.MULTILINE)
TEST = re.compile(r"^\+(?:async )?def (test_\w+)", re.MULTILINE)
TESTS, ALL = ("--include=tests/*",), ()
# The example of a language was whole on its day: a sentence that the product gets later is said there in English.
LATER = "tests/wording/test_translations.py::test_every_sentence_is_translated[pa]"
NO_PLUGINS = ("cacheprovider", "hypothesispytest", "anyio", "pytest_cov")  # nobody needs them here: a second less
PYTEST = (
    "-m",
    "pytest",
    "-q",
    *(part for name in NO_PLUGINS for part in ("-p", f"no:{name}")),
    "--db",
    "sqlite",
    "--deselect",
    LATER,
)
NODE = ("node", "--import", "./tests/js/addresses.mjs", "--test")

# What tells that a recipe forgets a file, by the beginnings of the files it is about.
GUARDS = {
    "tests/test_docs.py": ("",),
    "tests/test_architecture.py": ("server/", "kiosk/", "counter/", "display/", "hardware/"),
    "tests/contract/test_contract.py": ("server/api/", "server/web/", "server/domain/", "server/services/"),
    "tests/api/test_checklist.py": ("server/api/",),
    "tests/domain/test_permissions.py": ("server/domain/permissions.py",),
    "tests/wording/test_translations.py": (
        "server/wording/",
        "server/api/serving.py",
        "kiosk/",
        "counter/",
        "display/",
    ),
}
GUARD_NAMES = (
    "test_docs",
    "test_permissions",
    "test_translations",
    "test_what_is_committed",
    "test_every_operation",
    "test_every_module",
    "test_every_test_folder",
    "test_the_rooms",
    "has_every_kind",
)


@dataclass(frozen=True, slots=True)
class Run:
    """What became of a run of tests; `said` is for whoever has to mend it."""

    passed: bool
    said: str


class Example:
    """The patch of one recipe."""

    def __init__(self, patch: Path) -> None:
        self.name, self.patch, self.page = patch.stem, patch, patch.with_suffix(".md")
        self._text = patch.read_text("utf-8")
        self.needs_contract = "`make contract`" in self.page.read_text("utf-8")
        self.files = sorted({name for names in TOUCHED.findall(self._text) for name in names})

    @property
    def sources(self) -> tuple[str, ...]:
        """The source files it touches, as the recipes count them."""
        return tuple(filter(is_source, self.files))

    @property
    def test_files(self) -> list[str]:
        """The files with its own tests, Python's and JavaScript's."""
        return [file for file in self.files if re.search(r"^tests/(.*/)?(test_\w+\.py|[\w-]+\.test\.mjs)$", file)]

    @property
    def test_names(self) -> list[str]:
        """The names of the Python tests that it adds."""
        return TEST.findall(self._text)

    @property
    def words(self) -> list[str]:
        """What its own files of tests are called after: other tests of that name are its too."""
        return list(re.findall(r"^--- /dev/null\n\+\+\+ b/tests/.*test_(\w+)\.py$", self._text, re.MULTILINE))

    @property
    def guards(self) -> list[str]:
        """The files of the guards that are about what it touches."""
        return [guard for guard, about in GUARDS.items() if any(file.startswith(about) for file in self.sources)]

    @property
    def modules(self) -> list[str]:
        """The Python modules it touches, and their folders."""
        paths = [Path(file).with_suffix("") for file in self.sources if file.endswith(".py")]
        names = {".".join(path.parts).removesuffix(".__init__") for path in paths}
        return sorted(names | {name.rpartition(".")[0] for name in names if "." in name})


class Scratch:
    """A copy of the tracked files, in which examples come and go."""

    def __init__(self, root: Path, folder: Path) -> None:
        self._root, self.folder = root, folder
        for file in _tracked(root):
            _copy(root / file, folder / file)
        if (root / "node_modules").exists():
            (folder / "node_modules").symlink_to(root / "node_modules")

    def run(self, example: Example, parts: Sequence[str] = ALL) -> Run:
        """Apply an example and run its tests; the whole one with the guards that tell what a recipe forgets."""
        with self.applied(example, parts):
            return self.run_tests(example, guards=not parts)

    @contextmanager
    def applied(self, example: Example, parts: Sequence[str] = ALL) -> Iterator[None]:
        """Apply a patch, or only parts of it, and put everything back; fails where it does not apply."""
        env = {**os.environ, "GIT_CEILING_DIRECTORIES": str(self.folder.parent)}
        command = ["git", "apply", *parts, str(example.patch.absolute())]
        applied = subprocess.run(command, cwd=self.folder, env=env, capture_output=True, text=True)
        try:
            assert applied.returncode == 0, (
                f"The example of the recipe {example.name} no longer applies. Renew it as CONTRIBUTING.md says "
                f"under “Recipes”.\n{applied.stderr}"
            )
            if example.needs_contract and not parts:
                made = self._run([sys.executable, "-m", "server.contract"])
                assert made.passed, made.said
            yield
        finally:
            self._put_back([*example.files, *GENERATED])

    def run_tests(self, example: Example, *, guards: bool = False) -> Run:
        """Run the tests of an example in the copy, with the guards that tell what a recipe forgets."""
        python = [file for file in example.test_files if file.endswith(".py")]
        names = list(example.test_names)
        if guards:
            python = [*python, *(file for file in example.guards if file not in python)]
            names += [*GUARD_NAMES, *example.words, *(f"[{module}]" for module in example.modules)]
        script = [file for file in example.test_files if file.endswith(".mjs")]
        runs = [self._run([sys.executable, *PYTEST, *python, "-k", " or ".join(names)])] if names else []
        runs += [self._run([*NODE, *script])] if script else []
        return Run(bool(runs) and all(run.passed for run in runs), "\n".join(run.said for run in runs))

    def _run(self, command: Sequence[str]) -> Run:
        env = {**os.environ, "PYTHONPATH": str(self.folder)}
        ran = subprocess.run(command, cwd=self.folder, env=env, capture_output=True, text=True)
        return Run(ran.returncode == 0, ran.stdout + ran.stderr)

    def _put_back(self, files: Sequence[str]) -> None:
        for file in files:
            (self.folder / file).unlink(missing_ok=True)
            if (self._root / file).exists():
                _copy(self._root / file, self.folder / file)


def _tracked(root: Path) -> list[str]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=root, check=True, capture_output=True, text=True).stdout
    return [file for file in listed.split("\0") if file and (root / file).is_file()]


def _copy(file: Path, to: Path) -> None:
    to.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy2(file, to)

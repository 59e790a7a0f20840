"""The parts of the benchmarks: what they call reached, what they count, and that one runs from end to end."""

import asyncio
import json
import math
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from bench.askers import Log
from bench.load import Answer, Connection, Where, require_success
from bench.part import Setting, at_least, at_most
from bench.run import PARTS, run

WHERE = Where("127.0.0.1", 1, "secret")


@pytest.mark.parametrize(
    ("reached", "least", "most"), [(0.9, False, True), (1.0, True, True), (1.1, True, False)], ids=str
)
def test_an_aim_is_reached_at_its_limit(reached: float, least: bool, most: bool) -> None:
    assert at_least("x", reached, 1).ok is least
    assert at_most("x", reached, 1).ok is most


def test_a_missed_aim_says_so_and_what_was_wanted() -> None:
    assert str(at_most("issue: statements", 13, 12)) == "  MISSED   issue: statements: 13 (wanted ≤ 12)"


def test_a_part_runs_alone_and_tells_its_figures_and_aims(tmp_path: Path) -> None:
    figures, lines = run(Setting(tmp_path, quick=True), ["statements"])
    assert set(figures) == {"statements", "targets"}
    assert set(figures["statements"]) == {"issue", "call"}  # type: ignore[call-overload]
    assert "  reached  call: commits: 1 (wanted ≤ 1)" in lines
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
@pytest.mark.parametrize("part", sorted(PARTS.keys() - {"statements", "payload"}))
def test_every_part_measures_what_it_promises(part: str, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "server", "bench", "--quick", "--json", "--part", part, "--folder", str(tmp_path)]
    answer = subprocess.run(command, capture_output=True, text=True, check=True, timeout=100)
    figures = json.loads(answer.stdout)
    assert figures[part]
    assert [aim for aim in figures["targets"] if not math.isfinite(aim["reached"])] == []


def test_a_part_that_lacks_what_it_compares_with_says_so(tmp_path: Path) -> None:
    figures, lines = run(Setting(tmp_path), ["payload"])
    assert figures == {"payload": {}, "targets": []}
    assert "payload was not measured: name another checkout with --beside" in lines


def test_a_quick_run_is_smaller_than_a_full_one() -> None:
    assert (Setting(Path(), quick=True).size(500, 5), Setting(Path()).size(500, 5)) == (5, 500)


def test_the_parts_are_told_in_the_documentation() -> None:
    page = (Path(__file__).parents[2] / "docs/benchmarks.md").read_text()
    assert [name for name in PARTS if f"| `{name}` |" not in page] == []


def test_a_command_has_a_key_of_its_own_each_time_and_a_read_may_be_conditional() -> None:
    link = Connection(WHERE)
    first, second = link.command("a", {"b": 1}), link.command("a", {"b": 1})
    assert first.startswith(b"POST /api/v1/a HTTP/1.1\r\n")
    assert first.endswith(b"Content-Length: 8\r\nIdempotency-Key: " + first.rpartition(b"Key: ")[2])
    assert first != second
    assert b"\r\nif-none-match: W/1\r\n" in link.reading("a", if_none_match="W/1")


def test_an_answer_is_read_to_its_end_and_a_connection_that_was_closed_is_opened_again() -> None:
    # In a thread of its own: where tests of a browser ran before, this one has a loop already.
    with ThreadPoolExecutor() as threads:
        threads.submit(asyncio.run, _two_answers()).result()


async def _two_answers() -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b'HTTP/1.1 201 CREATED\r\nETag: "7"\r\nContent-Length: 9\r\n\r\n{"a": [1]}'[:-1])
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        link = Connection(Where("127.0.0.1", server.sockets[0].getsockname()[1], "secret"))
        first = await link.get("a")
        await asyncio.sleep(0.05)
        assert await link.get("a") == first == Answer(201, b'{"a": [1]', '"7"')
        link.close()


def test_an_answer_that_is_no_success_stops_a_measurement() -> None:
    assert require_success("a", Answer(201, b"")).status == 201
    with pytest.raises(RuntimeError, match="a: 503"):
        require_success("a", Answer(503, b"busy"))


def test_consoles_tell_what_happened_since_they_were_asked() -> None:
    log = Log()
    log.note(Answer(200, b""), since=0.0)
    log.note(Answer(503, b""), since=0.0)
    seen = log.take()
    assert (seen.statuses, seen.lines, len(seen.waits)) == ({"200": 1, "503": 1}, 1, 1)
    assert log.take().statuses == {}

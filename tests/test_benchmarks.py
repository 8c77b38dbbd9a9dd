"""Benchmarks keep what they promise: each floor stands once, in benchmarks/floors.toml, and is asked about."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks import floors
from benchmarks.__main__ import names
from benchmarks.best_search import BestSearch

FOLDER = Path(floors.__file__).parent
ASKED = re.compile(r"""met\(\s*["'](\w+)["'],\s*f?["']([^"']+)["']""")


@pytest.fixture
def alone(monkeypatch):
    monkeypatch.setattr(floors, "measured", [])
    monkeypatch.setattr(
        floors,
        "all_floors",
        lambda: {"b": {"speed": {"least": 1200, "unit": "a second"}, "size": {"most": 1.5, "unit": "MB"}}},
    )


@pytest.mark.parametrize(
    ("name", "value", "verdict"),
    [
        ("speed", 1200, "floor at least 1,200: met"),
        ("speed", 1199.9, "floor at least 1,200: MISSED"),
        ("size", 1.5, "floor at most 1.5: met"),
        ("size", 1.51, "floor at most 1.5: MISSED"),
    ],
)
def test_a_value_is_held_to_its_floor(alone, name, value, verdict):
    assert floors.met("b", name, value) == verdict
    (line,) = floors.summary()
    assert line.split() == [name, f"{value:,.4g}", *floors.all_floors()["b"][name]["unit"].split(), *verdict.split()]


def test_every_floor_is_asked_about_and_no_other():
    asked = {found for path in FOLDER.glob("*.py") for found in ASKED.findall(path.read_text(encoding="utf-8"))}
    patterns = {(one, re.sub(r"\{\w+\}", ".+", name)) for one, name in asked}
    written = [(one, name) for one, table in floors.all_floors().items() for name in table]
    assert {one for one, _ in written} <= names().keys()
    for one, name in written:
        assert any(one == other and re.fullmatch(pattern, name) for other, pattern in patterns), (one, name)
    for one, pattern in patterns:
        assert any(one == other and re.fullmatch(pattern, name) for other, name in written), pattern


def test_a_benchmark_ends_with_its_floors_and_1_where_one_is_missed():
    code = (
        "import sys; from benchmarks import __main__ as start, floors; sys.argv = ['b', 'kills']; "
        "start.runpy.run_module = lambda *_, **__: floors.met('kills', 'kills that damaged or lost', 1); start.main()"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=FOLDER.parent, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "floor at most 0: MISSED" in done.stdout.splitlines()[-1]


@pytest.mark.parametrize("bits", range(1, 7))
def test_the_best_search_finds_one_change_by_halves(bits):
    steps = 1 << bits
    best = BestSearch(steps, 0.001, steps)
    assert {best.fetches([change]) for change in range(steps)} == {2 + bits}


@pytest.mark.parametrize(
    ("steps", "max_gap", "fetches"), [(10, 10, 2), (10, 9, 3), (10, 5, 3), (10, 4, 4), (10, 1, 11)]
)
def test_the_best_search_reads_a_quiet_history_once_a_max_gap(steps, max_gap, fetches):
    assert BestSearch(steps, 1, max_gap).fetches([]) == fetches


@pytest.mark.parametrize("max_gap", [1, 3, 12])
@pytest.mark.parametrize("changes", [[0], [4, 5], [0, 1, 11], list(range(12))])
def test_the_best_search_reads_both_sides_of_every_change(max_gap, changes):
    sides = {0, 12, *changes, *(change + 1 for change in changes)}
    assert len(sides) <= BestSearch(12, 3, max_gap).fetches(changes) <= 13

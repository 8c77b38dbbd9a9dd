"""The floors of benchmarks/floors.toml: what a benchmark's values must reach, each written once.

    floors.met("store", "captures written", 1350.0) ──► "floor at least 1,200: met"

Values are in the unit that the file names. Whatever was asked about in this process is kept: `python -m benchmarks NAME`
prints all of it when the benchmark has ended, and ends with 1 where a floor was missed.
"""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

FILE = Path(__file__).with_name("floors.toml")


@dataclass(frozen=True)
class Measured:
    name: str
    value: float
    floor: float
    least: bool  # whether the floor is the least value; else the most
    unit: str

    @property
    def met(self) -> bool:
        return self.value >= self.floor if self.least else self.value <= self.floor

    @property
    def verdict(self) -> str:
        return f"floor {'at least' if self.least else 'at most'} {self.floor:,g}: {'met' if self.met else 'MISSED'}"


measured: list[Measured] = []


@cache
def all_floors() -> dict[str, dict[str, dict]]:
    """{benchmark: {value: its floor}}."""
    return tomllib.loads(FILE.read_text(encoding="utf-8"))


def met(benchmark: str, name: str, value: float) -> str:
    """Hold a value to its floor; return what there is to say of it.

    :raises KeyError: the file has no such floor.
    """
    floor = all_floors()[benchmark][name]
    least = "least" in floor
    found = Measured(name, value, floor["least" if least else "most"], least, floor["unit"])
    measured.append(found)
    return found.verdict


def summary() -> list[str]:
    """A line for each value that was held to its floor."""
    return [f"{one.name:<42} {one.value:>12,.4g} {one.unit:<28} {one.verdict}" for one in measured]

"""What differs between two captures of an unchanged page, from a hash of when the capture was made.

Never from `random`: the archive must come out the same, byte for byte, on every machine and Python.
"""

import hashlib
from dataclasses import dataclass


@dataclass(frozen=True)
class Noise:
    """A bottomless supply of bytes which depends on its seed and on the name of what they are for."""

    seed: str

    def hex(self, name: str, length: int) -> str:
        return hashlib.shake_256(f"{self.seed}/{name}".encode()).hexdigest(length)[:length]

    def number(self, name: str, low: int, high: int) -> int:
        """A number from `low` to `high`, both included."""
        return low + int(self.hex(name, 16), 16) % (high - low + 1)

    def pick(self, name: str, choices: tuple[str, ...], count: int) -> list[str]:
        """`count` of the choices, in an order of its own."""
        return sorted(choices, key=lambda choice: self.hex(f"{name}/{choice}", 16))[:count]

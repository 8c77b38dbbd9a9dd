"""Where the rules are: in data/rules of a clone, and beside this module where the program was installed."""

from __future__ import annotations

from pathlib import Path
from typing import Final

_ROOT: Final = Path(__file__).resolve().parents[2]
_CLONE: Final = _ROOT / "data" / "rules"
_WHEEL: Final = _ROOT / "pipelines" / "claims" / "data"  # pyproject.toml puts it there
FOLDER: Final = _CLONE if _CLONE.is_dir() else _WHEEL

"""What Datasette's own pages show of our file: tables.yaml, for a database of any name.

database_metadata() ──► {"tables": {name: {"description", "hidden", …}}}        queries() ──► {name: {"sql", "title"}}
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml


@lru_cache(maxsize=1)
def _described() -> Mapping[str, Any]:
    text = Path(__file__).with_name("tables.yaml").read_text(encoding="utf-8")
    held: Mapping[str, Any] = yaml.safe_load(text)
    return held


def database_metadata() -> Mapping[str, Any]:
    """Return the metadata of a database of ours, as Datasette takes it."""
    held = _described()
    shown = {name: {"description": about} for name, about in held["views"].items()}
    return {
        "source": "policylapse",
        "description": held["description"],
        "tables": shown | {name: {"hidden": True} for name in held["hidden"]},
    }


def queries() -> Mapping[str, Mapping[str, str]]:
    """Return the canned queries: those that filter by site fast, where a view cannot."""
    held: Mapping[str, Mapping[str, str]] = _described()["queries"]
    return held

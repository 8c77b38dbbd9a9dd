"""The tree of errors: each is raised somewhere, and its drawing names each."""

import re
from pathlib import Path

from crawler.archives import errors

ROOT = Path(__file__).resolve().parents[3]
TREE = {name: one for name, one in vars(errors).items() if isinstance(one, type) and issubclass(one, Exception)}
CALLED = re.compile(r"(?<!class )\b([A-Z]\w+)\(")


def raised():
    paths = [path for package in ("crawler", "pipelines", "history", "cli") for path in (ROOT / package).rglob("*.py")]
    found = {name for path in paths for name in CALLED.findall(path.read_text(encoding="utf-8"))}
    return found & set(TREE)


def test_every_error_is_raised():
    made = raised()
    bases = {base.__name__ for one in TREE.values() for base in one.__mro__[1:]}
    assert [name for name in TREE if name not in made and name not in bases] == []


def test_the_drawing_is_the_tree():
    drawn = re.findall(r"^[│├└─ ]*([A-Z]\w+)", errors.__doc__.split("\n", 1)[1], re.MULTILINE)
    assert sorted(drawn) == sorted(TREE)

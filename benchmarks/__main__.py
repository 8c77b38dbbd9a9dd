"""Start a benchmark by its name: `python -m benchmarks store …`; without a name, list them.

A benchmark is a module of this folder with a `main`; its own options follow its name. What its values must reach stands in
floors.toml; in the end each value is printed beside its floor, and the exit code is 1 where one was missed.
"""

from __future__ import annotations

import ast
import runpy
import sys
from pathlib import Path

from benchmarks import floors

FOLDER = Path(__file__).parent


def names() -> dict[str, str]:
    """Every benchmark with the first line of its docstring."""
    found = {}
    for path in sorted(FOLDER.glob("[a-z]*.py")):
        source = path.read_text(encoding="utf-8")
        if 'if __name__ == "__main__":' in source:
            found[path.stem] = (ast.get_docstring(ast.parse(source)) or "").split("\n")[0]
    return found


def main() -> None:
    known = names()
    name = sys.argv[1] if len(sys.argv) > 1 else ""
    if name not in known:
        for one, line in known.items():
            print(f"{one:<18}{line}")
        sys.exit(f"there is no benchmark {name!r}" if name else 0)
    sys.argv = sys.argv[1:]
    code: object = 0
    try:
        runpy.run_module(f"benchmarks.{name}", run_name="__main__", alter_sys=True)
    except SystemExit as ended:
        code = ended.code
    if floors.measured:
        print("", "Floors (benchmarks/floors.toml):", *floors.summary(), sep="\n")
    sys.exit(code or not all(one.met for one in floors.measured))


if __name__ == "__main__":
    main()

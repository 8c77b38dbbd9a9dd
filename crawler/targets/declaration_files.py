"""Folders and files of declarations (Open Terms Archive), read one service after the other.

read_declarations(paths, terms) ──► Declared, or BadLine(file, reason)
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from crawler.archives.errors import ConfigError
from crawler.targets.declarations import MAX_CHARS, Declared, parse_declaration, terms_types
from crawler.targets.lists import BadLine

_HISTORY = ".history.json"


def read_declarations(paths: Sequence[Path], terms: Sequence[str]) -> Iterator[Declared | BadLine]:
    """Yield the documents that declarations name, service by service.

    :param paths: folders (or repositories with a folder `declarations`) and files; a history file belongs to the
        declaration beside it.
    :param terms: terms types, or our kinds.
    :raises ConfigError: there is nothing there, or nothing of these types.
    """
    services = [service for path in paths for service in _services(path)]
    found = False
    others: set[str] = set()
    for service in dict.fromkeys(services):
        try:
            text, history = (
                _read(service.with_name(f"{service.name}.json")),
                _read(service.with_name(service.name + _HISTORY)),
            )
            declared, wrong = parse_declaration(service.name, text, history, terms)
            others.update(terms_types(text) if text and not declared else ())
        except ConfigError as error:
            found = True
            yield BadLine(f"{service}.json", str(error))
            continue
        found = found or bool(declared or wrong)
        yield from declared
        yield from (BadLine(f"{service}.json", reason) for reason in wrong)
    if not found:
        named = f"; they have {', '.join(sorted(others)[:20])}" if others else ""
        raise ConfigError(
            f"no declaration in {', '.join(map(str, paths))} has {', '.join(terms)}{named}: choose with terms="
        )


def _services(path: Path) -> list[Path]:
    """The services of a path: files without `.json` or `.history.json`."""
    if path.is_dir():
        folder = path / "declarations"
        files = sorted((folder if folder.is_dir() else path).glob("*.json"))
    elif path.is_file() and path.suffix == ".json":
        files = [path]
    else:
        raise ConfigError(f"cannot read the declarations {path}: it is no folder and no JSON file")
    if not files:
        raise ConfigError(f"there is no declaration (*.json) in {path}")
    return list(dict.fromkeys(file.with_name(file.name.removesuffix(_HISTORY).removesuffix(".json")) for file in files))


def _read(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return file.read(4 * MAX_CHARS).decode("utf-8-sig", "replace")
    except FileNotFoundError:
        return ""
    except OSError as error:
        raise ConfigError(f"cannot read {path}: {error.strerror or error}") from None

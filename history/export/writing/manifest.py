"""The manifest beside every export: what it is, how much, what was left out, and the SHA-256 of every file.

Folder: the list of files grows in `manifest.json.list` while they are written; `manifest.json` is there when all are.
What an earlier export wrote into the folder and this one does not is removed, if nobody changed it.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from crawler.archives.errors import StoreError
from history.export.writing.files import Folder, Written, describe, through_link, whole_file
from history.sites import PolicyRow

NAME = "manifest.json"
LIST = "manifest.json.list"
MANIFEST_VERSION = 1
_LINE = '{"path":'  # how the line of a file begins


@dataclass(frozen=True, slots=True)
class Done:
    """What an exporter says of its work.

    :param counts: of what was written: "versions", "captures"…
    :param left_out: what this form has no place for, with its count.
    :param details: what else belongs into the manifest.
    """

    counts: Mapping[str, int]
    left_out: Mapping[str, int] = field(default_factory=dict)
    details: Mapping[str, Any] = field(default_factory=dict)


def manifest_head(
    db: sqlite3.Connection, policies: Sequence[PolicyRow], form: str, program: str, done: Done
) -> dict[str, Any]:
    """Return all of a manifest but its files. The same database and program give the same."""
    ids = json.dumps([policy.policy_id for policy in policies])
    extractors = db.execute(
        "SELECT DISTINCT x.extractor FROM policies p JOIN extractors x ON x.id = p.extractor_id "
        "WHERE p.id IN (SELECT value FROM json_each(?)) ORDER BY 1",
        [ids],
    )
    return {
        "manifest_version": MANIFEST_VERSION,
        "format": form,
        "program": program,
        "sites": len({policy.site for policy in policies}),
        "policies": len(policies),
        "counts": dict(done.counts),
        "left_out": _left_out(db, policies, ids) | dict(done.left_out),
        "extractors": [name for (name,) in extractors],
        **done.details,
    }


def _left_out(db: sqlite3.Connection, policies: Sequence[PolicyRow], ids: str) -> dict[str, Any]:
    """What the policies' versions do not hold: as plainly as the timeline says it."""
    silent = db.execute(
        "SELECT k.outcome, count(*) FROM (SELECT DISTINCT urlkey FROM policy_urls "
        "WHERE policy_id IN (SELECT value FROM json_each(?))) u JOIN captures k ON k.urlkey = u.urlkey "
        "WHERE k.outcome NOT IN ('fetched', 'revisit') GROUP BY 1 ORDER BY 1",
        [ids],
    )
    (aside,) = db.execute(
        "SELECT coalesce(sum(a.captures), 0) FROM set_aside a JOIN policies p ON p.id = a.policy_id "
        "AND p.extractor_id = a.extractor_id WHERE p.id IN (SELECT value FROM json_each(?))",
        [ids],
    ).fetchone()
    (lines,) = db.execute(
        "SELECT count(*) FROM unsteady_lines u JOIN policies p ON p.id = u.policy_id "
        "AND p.extractor_id = u.extractor_id WHERE p.id IN (SELECT value FROM json_each(?))",
        [ids],
    ).fetchone()
    return {
        "policies_without_a_version": [policy.policy_url for policy in policies if not policy.versions],
        "captures_without_a_text": {outcome: count for outcome, count in silent},  # noqa: C416 - rows are no tuples
        "captures_of_other_pages": aside,
        "lines_that_come_and_go": lines,
    }


def write_beside(out: Path, head: Mapping[str, Any], files: Iterable[Written]) -> Path:
    """Write the manifest of a file, or of a repository: `OUT.manifest.json`; return its path."""
    path = beside(out)
    with whole_file(path) as stream:
        for piece in _lines(head, files):
            stream.write(piece)
    return path


def beside(out: Path) -> Path:
    return out.with_name(f"{out.name}.{NAME}")


class ListedFolder(Folder):
    """A folder whose files are written down as they are added.

    :raises StoreError: the list cannot be written.
    """

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self._final, self._growing = root / NAME, root / LIST
        try:
            root.mkdir(parents=True, exist_ok=True)
            self._earlier = dict(_listed(self._final)) | dict(_listed(self._growing))
            self.earlier, self.earlier_head = dict(self._earlier), _head_of(self._final)
            with whole_file(self._growing) as stream:  # so that a run that is killed, too, leaves the list of all
                stream.writelines(_line(Written(name, 0, sha256)) for name, sha256 in self._earlier.items())
            self._begin = self._growing.stat().st_size
            self._list = self._growing.open("ab")
            self._final.unlink(missing_ok=True)
        except OSError as error:
            raise _cannot(self._growing, error) from None

    def note(self, written: Written) -> None:
        self._list.write(_line(written))
        self._list.flush()

    def close(self) -> None:
        """Leave off: the list stays for the next run, where there is one."""
        self._list.close()
        if not self._growing.stat().st_size:
            self._growing.unlink()
            if not any(self.root.iterdir()):
                self.root.rmdir()

    def finish(self, head: Mapping[str, Any]) -> Path:
        """Write the manifest, remove what only earlier exports wrote, and return the manifest's path."""
        self._list.close()
        for file in self._files():
            self._earlier.pop(file.path, None)
        for name, sha256 in self._earlier.items():
            _remove(self.root, name, sha256)
        with whole_file(self._final) as stream:
            files = self._files()
            for piece in _lines(head, sorted(files, key=lambda file: file.path) if self.by_path else files):
                stream.write(piece)
        self._growing.unlink()
        return self._final

    def _files(self) -> Iterator[Written]:
        with self._growing.open("rb") as lines:
            lines.seek(self._begin)
            for line in lines:
                data = json.loads(line)
                yield Written(data["path"], data["bytes"], data["sha256"])


def _lines(head: Mapping[str, Any], files: Iterable[Written]) -> Iterator[bytes]:
    """A manifest as JSON, a line a file: no number of files is too many."""
    text = json.dumps(head, ensure_ascii=False, indent=2)
    yield text.removesuffix("\n}").encode() + b',\n  "files": ['
    comma = b"\n"
    for file in files:
        yield comma + _line(file).rstrip(b"\n")
        comma = b",\n"
    yield b"\n  ]\n}\n"


def _line(file: Written) -> bytes:
    data = asdict(file)
    return (
        json.dumps({"path": data["path"], "bytes": data["size"], "sha256": data["sha256"]}, ensure_ascii=False).encode()
        + b"\n"
    )


def _head_of(path: Path) -> dict[str, Any]:
    """All of a manifest but its files; empty where there is none."""
    if not path.is_file() or path.is_symlink():
        return {}
    try:
        data = json.loads(path.read_bytes())
    except ValueError:
        return {}
    return {name: value for name, value in data.items() if name != "files"} if isinstance(data, dict) else {}


def _listed(path: Path) -> Iterator[tuple[str, str]]:
    """The files that a manifest, or the list of a run that was killed, names; what is no such line is passed over."""
    if not path.is_file() or path.is_symlink():
        return
    with path.open("rb") as lines:
        for line in lines:
            text = line.decode("utf-8", "replace").strip().rstrip(",")
            if text.startswith(_LINE):
                try:
                    data = json.loads(text)
                    yield str(data["path"]), str(data["sha256"])
                except (ValueError, KeyError):
                    continue


def _remove(root: Path, name: str, sha256: str) -> None:
    """Remove a file of an earlier export, if it is one still: in the folder, and with the bytes that were written."""
    path = root / name
    if not path.resolve().is_relative_to(root.resolve()) or not path.is_file() or path.is_symlink():
        return
    if through_link(root, path):
        return
    if describe(path, name).sha256 != sha256:
        return
    path.unlink()
    for parent in path.parents:
        if parent == root or any(parent.iterdir()):
            return
        parent.rmdir()


def _cannot(path: Path, error: OSError) -> StoreError:
    return StoreError(f"cannot write {path}: {error.strerror or error}; name another folder with --out")

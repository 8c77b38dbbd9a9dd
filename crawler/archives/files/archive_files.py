"""Which files of a folder are read as web archives, and which look like one and are not.

    warc_files(folder) ──► the WARC and ARC files      unread_files(folder) ──► a text for each of the others

By name, whatever its case: what is being written, or is packed in another way, has another ending. A file whose first
bytes are a record's looks like an archive whatever its name.
"""

from __future__ import annotations

import zlib
from pathlib import Path
from typing import Final

from crawler.archives.files.containers import BEGINS_RECORD, GZIP_MAGIC

ENDINGS: Final = (".warc", ".warc.gz", ".warc.zst", ".arc", ".arc.gz")
PATTERNS: Final = ", ".join(f"*{ending}" for ending in ENDINGS)
_KINDS: Final = frozenset({".warc", ".arc", ".wacz"})
# What lies beside archives, under their names: indexes, checksums, notes.
_COMPANIONS: Final = frozenset(
    ".asc .cdx .cdxj .csv .html .idx .json .log .loc .md5 .sha1 .sha256 .sha512 .sig .txt .xml .yaml .yml".split()
)
_BEGINNING: Final = 2048


def warc_files(root: Path) -> list[Path]:
    """Return the WARC and ARC files of a folder (with its sub-folders), or the file itself, in name order."""
    if root.is_file():
        return [root]
    return sorted(path for path in root.rglob("*") if _is_read(path) and path.is_file())


def unread_files(root: Path, *, wacz_apart: bool = False) -> list[str]:
    """Return what to tell of each file of a folder that looks like an archive and is not read, in name order.

    :param wacz_apart: the folder's WACZ files are read, each as an archive of its own.
    """
    if root.is_file():
        return []
    unread = (path for path in sorted(root.rglob("*")) if not _is_read(path) and path.is_file() and _looks(path))
    if wacz_apart:
        unread = (path for path in unread if path.suffix.lower() != ".wacz")
    return [f"{path.relative_to(root)}: {_why(path)}" for path in unread]


def _is_read(path: Path) -> bool:
    return path.name.lower().endswith(ENDINGS)


def _looks(path: Path) -> bool:
    suffixes = [suffix.lower() for suffix in path.suffixes]
    if suffixes and suffixes[-1] in _COMPANIONS:
        return False
    return not _KINDS.isdisjoint(suffixes) or _begins_like_record(path)


def _begins_like_record(path: Path) -> bool:
    try:
        with path.open("rb") as stream:
            head = stream.read(_BEGINNING)
        if head.startswith(GZIP_MAGIC):
            head = zlib.decompressobj(16 + zlib.MAX_WBITS).decompress(head, _BEGINNING)
    except (OSError, zlib.error):
        return False
    return BEGINS_RECORD.match(head) is not None


def _why(path: Path) -> str:
    if path.suffix.lower() == ".wacz":
        return "this WACZ file is not read with its folder; name the file itself"
    return (
        f"this file looks like a web archive and is not read; if it is complete, rename it to end in one of {PATTERNS}"
    )

"""WACZ: WARC files in a ZIP (specs.webrecorder.net/wacz/1.1.1). Its WARC members are unpacked, nothing else is used.

    check_wacz(path) ──► ConfigError, or the file may be unpacked
    unpack_wacz(path, folder) ──► damages; the members lie under folder/archive/

The file is somebody else's: no name in it may lead out of the folder, and it may not fill the disk.
"""

from __future__ import annotations

import lzma
import shutil
import zlib
from pathlib import Path, PurePosixPath
from zipfile import BadZipFile, ZipFile, ZipInfo

from crawler.archives.errors import ConfigError
from crawler.archives.files.archive_files import ENDINGS

_ZIP_MAGIC = b"PK\x03\x04"
_MEMBERS = "archive/"  # where the specification has the WARC files
_PIECE = 1 << 20
# The specification stores the members uncompressed (ratio 1); plain WARCs of text deflate to a tenth. Bombs: 1,000 and up.
MAX_RATIO = 50
ALWAYS_ALLOWED = 64 * 2**20  # bytes; a small file may be all text
RESERVE = 256 * 2**20  # bytes left free on the disk
# what zipfile raises on damaged or hostile files, beside its own error
_ZIP_ERRORS = (BadZipFile, EOFError, NotImplementedError, RuntimeError, ValueError, zlib.error, lzma.LZMAError)


def is_wacz(path: Path) -> bool:
    """Tell whether a file is a WACZ: by its name, or because it begins as a ZIP does and no WARC can."""
    if not path.is_file():
        return False
    if path.suffix.lower() == ".wacz":
        return True
    try:
        with path.open("rb") as stream:
            return stream.read(len(_ZIP_MAGIC)) == _ZIP_MAGIC
    except OSError:
        return False


def check_wacz(path: Path) -> None:
    """Return if a WACZ can be unpacked.

    :raises ConfigError: it is no ZIP, holds no WARC, or is hostile; its text says which.
    """
    try:
        with ZipFile(path) as archive:
            _warc_members(path, archive)
    except OSError as error:
        raise ConfigError(f"cannot read {path}: {error.strerror or error}") from None
    except _ZIP_ERRORS as error:
        raise ConfigError(f"{path} is no whole WACZ (ZIP) file: {error}; get it again") from None


def _warc_members(path: Path, archive: ZipFile) -> list[ZipInfo]:
    """Return the WARC members; ConfigError where any name or the sizes are not those of an honest file."""
    everything = archive.infolist()
    for member in everything:
        if not _is_inside(member.filename):
            raise ConfigError(f"{path} is refused: its member {member.filename!r} leads out of the file")
    members = [m for m in everything if m.filename.startswith(_MEMBERS) and m.filename.lower().endswith(ENDINGS)]
    if not members:
        raise ConfigError(f"{path} holds no WARC file ({_MEMBERS}*.warc.gz): it is no WACZ")
    size, allowed = sum(m.file_size for m in members), max(ALWAYS_ALLOWED, MAX_RATIO * path.stat().st_size)
    if size > allowed:
        raise ConfigError(
            f"{path} is refused: it would unpack to {size / 2**20:,.0f} MiB, over {MAX_RATIO} times its size; "
            "if you trust it, unpack it yourself and name the folder"
        )
    return members


def _is_inside(name: str) -> bool:
    r"""Tell whether a member's name stays where it is put.

    >>> [_is_inside(name) for name in ("archive/a.warc.gz", "../a", "/a", "a/../../b", "C:\\a", "")]
    [True, False, False, False, False, False]
    """
    parts = PurePosixPath(name)
    return bool(name) and not parts.is_absolute() and ".." not in parts.parts and not set("\\:\0") & set(name)


def unpack_wacz(path: Path, folder: Path) -> list[str]:
    """Unpack the WARC members of a WACZ below a folder; return what is damaged (the rest is there).

    :raises ConfigError: as check_wacz, or the disk has no room for it.
    """
    check_wacz(path)
    damages: list[str] = []
    with ZipFile(path) as archive:
        members = _warc_members(path, archive)
        needed, free = sum(m.file_size for m in members), shutil.disk_usage(folder).free
        if needed + RESERVE > free:
            raise ConfigError(
                f"unpacking {path} takes {needed / 2**20:,.0f} MiB, and {folder.parent} has {free / 2**20:,.0f} MiB "
                "free: make room, or name another folder with TMPDIR"
            )
        for member in members:
            try:
                _unpack_member(archive, member, folder / member.filename)
            except _ZIP_ERRORS as error:
                damages.append(f"{member.filename}: {error}; what could be unpacked of it is used")
            except OSError as error:
                raise ConfigError(f"cannot unpack {member.filename} of {path} into {folder}: {error}") from None
    return damages


def _unpack_member(archive: ZipFile, member: ZipInfo, target: Path) -> None:
    """The library gives no more bytes than the member's declared size, which has been checked."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with target.open("xb") as out, archive.open(member) as stream:
        while piece := stream.read(_PIECE):
            out.write(piece)

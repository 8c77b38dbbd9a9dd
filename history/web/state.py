"""What tells that a database file has not changed: for ETags and for what is read once per state.

state_of(path) ──► 16 hexadecimal characters

Every commit in WAL mode counts up the change counter in the header of the WAL index (sqlite.org/walformat.html, 2.1:
bytes 0 to 47 of the `-shm` file); every other commit counts up the one in the file's header (fileformat2.html, 1.3).
Both are read before the page is, so that a page may be newer than its ETag, never older.
"""

from __future__ import annotations

import hashlib
from pathlib import Path


def state_of(path: Path) -> str:
    """Return a key of the file's contents; another one after every commit."""
    digest = hashlib.sha256()
    for name, size in ((path, 100), (path.with_name(path.name + "-shm"), 48), (path.with_name(path.name + "-wal"), 32)):
        try:
            with name.open("rb") as stream:
                digest.update(stream.read(size))
            status = name.stat()
            digest.update(f"{status.st_ino} {status.st_size if name == path else 0}".encode())
        except OSError:
            digest.update(b"-")
    return digest.hexdigest()[:16]

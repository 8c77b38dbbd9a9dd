"""Arrow and msgspec, where they are installed: else None each. They come with the extra `cluster`.

Arrow's own allocators keep a gigabyte of addresses in reserve, which would count against the limit of a process that opens
a shard (apart.py). Arrow reads which one to use as it is imported, so it is imported here and nowhere else in this folder.
"""

from __future__ import annotations

import os

os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")

try:
    import msgspec
    import pyarrow as pa
    from pyarrow import fs, parquet
except ImportError:
    pa = fs = parquet = msgspec = None  # type: ignore[assignment]

__all__ = ["fs", "msgspec", "pa", "parquet"]

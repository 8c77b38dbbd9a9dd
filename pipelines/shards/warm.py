"""What opening a shard needs, loaded: the server out of which such processes are forked imports this, and nobody else.

Arrow's own allocators keep a gigabyte of addresses in reserve, which would count against the limit of a process.
"""

from __future__ import annotations

import os
from importlib import import_module

os.environ["ARROW_DEFAULT_MEMORY_POOL"] = "system"  # arrow reads it as it is imported
import_module("pipelines.shards.apart")

"""What opening a shard needs, loaded: the server out of which such processes are forked imports this, and nobody else."""

from __future__ import annotations

from importlib import import_module

import_module("pipelines.shards.apart")

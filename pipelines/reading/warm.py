"""What reading pages needs, loaded: the server out of which readers are forked imports this module, and nobody else.

It takes more than a second of processor time, once for all readers, also for those that replace one that a page ended.
"""

from __future__ import annotations

import contextlib

from pipelines.reading.pool import warm_up

with contextlib.suppress(Exception):  # each reader tries again, and says why not
    warm_up()

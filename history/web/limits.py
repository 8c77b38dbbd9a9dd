"""How large a text a page shows: what is beyond takes a command, which may take its time.

The numbers are ours: at 1.5 million characters of distinct text, blame took 1.1 s here (benchmarks/web.py).
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from typing import Final

from history.web.page import TooLarge

LONGEST: Final = 400_000  # characters of one text
ALL_TEXTS: Final = 1_500_000  # characters of all different blocks that a page reads


def check_size(db: sqlite3.Connection, text_ids: Sequence[int]) -> None:
    """Return if some texts are small enough for a page.

    :raises TooLarge: one of them is not, or all together are not.
    """
    ids = json.dumps(sorted(set(text_ids)))
    (longest,) = db.execute(
        "SELECT coalesce(max(size), 0) FROM (SELECT sum(length(b.markdown)) AS size FROM json_each(?) j "
        "CROSS JOIN text_blocks t ON t.text_id = j.value CROSS JOIN blocks b ON b.id = t.block_id GROUP BY j.value)",
        [ids],
    ).fetchone()
    (every,) = db.execute(
        "SELECT coalesce(sum(length(b.markdown)), 0) FROM blocks b WHERE b.id IN ("
        "SELECT t.block_id FROM json_each(?) j CROSS JOIN text_blocks t ON t.text_id = j.value)",
        [ids],
    ).fetchone()
    if longest > LONGEST or every > ALL_TEXTS:
        raise TooLarge(
            f"this text is too large for a page ({max(longest, every):,} characters): "
            "use the commands `policylapse show`, `policylapse diff` and `policylapse blame`"
        )

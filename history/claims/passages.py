"""What single passages claim: each block read in the newest version that has it, below its heading and lead-in there.

claims_of_blocks(db, block ids, policies) ──► {block id: Said…}      facets(their claims) ──► [(claim, how many passages)…]

A passage needs its version's text, for the heading that it stands under; only the passage itself is matched.
"""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from typing import Final

from history.claims.said import Said, What, own_party, said_at
from history.texts import read_texts_with_languages
from pipelines.claims.context import contexts
from pipelines.model import Block, BlockKind
from pipelines.store.load import TEXTS_OF_BLOCKS

_NEWEST: Final = f"""
SELECT h.block_id, v.text_id, s.site, max(v.first_seen)
FROM ({TEXTS_OF_BLOCKS}) h
CROSS JOIN versions v ON v.text_id = h.text_id
JOIN policies p ON p.id = v.policy_id AND p.extractor_id = v.extractor_id
JOIN sites s ON s.id = p.site_id
WHERE :policies IS NULL OR v.policy_id IN (SELECT value FROM json_each(:policies))
GROUP BY h.block_id
"""
_BLOCKS: Final = (
    "SELECT b.id, b.kind, b.level, b.markdown FROM json_each(?) j CROSS JOIN blocks b ON b.id = j.value ORDER BY b.id"
)


def claims_of_blocks(
    db: sqlite3.Connection, block_ids: Iterable[int], policies: Collection[int] | None = None
) -> dict[int, tuple[Said, ...]]:
    """Return what blocks claim, without the site's own company; a block that no version has is left out.

    :param db: of history.database.open_database. :param policies: ids of those whose versions are meant; None: all.
    """
    ids = json.dumps(list(block_ids))
    wanted = {row[0]: Block(BlockKind(row[1]), row[2], row[3]) for row in db.execute(_BLOCKS, [ids])}
    given = {"blocks": ids, "policies": None if policies is None else json.dumps(sorted(policies))}
    held: dict[int, list[tuple[int, str]]] = {}
    for block_id, text_id, site, _seen in db.execute(_NEWEST, given):
        held.setdefault(text_id, []).append((block_id, site))
    found: dict[int, tuple[Said, ...]] = {}
    for text_id, (blocks, languages) in read_texts_with_languages(db, held).items():
        places: dict[Block, list[int]] = {}
        for at, block in enumerate(blocks):
            places.setdefault(block, []).append(at)
        around = contexts(blocks)
        for block_id, site in held[text_id]:
            own, block = own_party(site), wanted[block_id]
            said = (one for at in places[block] for one in said_at(block, around[at], languages[at]))
            found[block_id] = tuple(dict.fromkeys(one for one in said if one.what != own))
    return found


def facets(passages: Iterable[Iterable[Said]]) -> Iterator[tuple[What, int]]:
    """Yield how many passages make each claim, whatever its value, the most first.

    :return: (a claim without a value, its count).
    """
    found = Counter(
        what
        for said in passages
        for what in {What(one.what.category, one.what.subject, one.what.polarity, "") for one in said}
    )
    yield from sorted(found.items(), key=lambda one: (-one[1], one[0].name, one[0].polarity))

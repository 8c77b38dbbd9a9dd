"""What single passages claim: each block read in the newest version that has it, below its heading and lead-in there.

claims_of_blocks(db, block ids, policies) ──► {block id: Said…}      facets(their claims) ──► [(claim, how many passages)…]

A passage needs its version's text, for the heading that it stands under; only the passage itself is matched.
"""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Final

from history.claims.placed import placed
from history.claims.said import Said, said_at
from history.claims.what import What, own_party
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
_PLACES: Final = """
SELECT w.text_id, r.position + w.block_id - r.first_block_id, w.block_id
FROM (SELECT json_extract(value, '$[0]') AS text_id, json_extract(value, '$[1]') AS block_id FROM json_each(?)) w
CROSS JOIN text_runs r ON r.text_id = w.text_id
WHERE w.block_id BETWEEN r.first_block_id AND r.first_block_id + r.length - 1
"""


def claims_of_blocks(
    db: sqlite3.Connection, block_ids: Iterable[int], policies: Collection[int] | None = None
) -> dict[int, tuple[Said, ...]]:
    """Return what blocks claim, without the site's own company; a block that no version has is left out.

    :param db: of history.database.open_database. :param policies: ids of those whose versions are meant; None: all.
    """
    ids = json.dumps(list(block_ids))
    given = {"blocks": ids, "policies": None if policies is None else json.dumps(sorted(policies))}
    held: dict[int, list[tuple[int, str]]] = {}
    for block_id, text_id, site, _seen in db.execute(_NEWEST, given):
        held.setdefault(text_id, []).append((block_id, site))
    places = _places(db, held)
    claims = {
        text_id: [one for one in some if one.position in places[text_id]]
        for text_id, some in placed(db, held, only=places).items()
    }
    found: dict[int, tuple[Said, ...]] = {}
    for text_id, said in said_at(db, claims).items():
        mine: dict[int, dict[Said, None]] = {}
        for one, position in zip(said, (one.position for one in claims[text_id]), strict=True):
            mine.setdefault(places[text_id][position], {})[one] = None
        for block_id, site in held[text_id]:
            own = own_party(site)
            found[block_id] = tuple(one for one in mine.get(block_id, ()) if one.what != own)
    return found


def _places(db: sqlite3.Connection, held: Mapping[int, Sequence[tuple[int, str]]]) -> dict[int, dict[int, int]]:
    """By text: the positions of the blocks that are meant of it, and which block stands at each."""
    wanted = [(text_id, block_id) for text_id, blocks in held.items() for block_id, _site in blocks]
    found: dict[int, dict[int, int]] = {text_id: {} for text_id in held}
    for text_id, position, block_id in db.execute(_PLACES, [json.dumps(wanted)]):
        found[text_id][position] = block_id
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

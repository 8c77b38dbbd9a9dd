"""A writer killed at twelve moments (benchmarks/kills.py: at two hundred): sound each time, and nothing lost that was
acknowledged.
"""

import signal
from itertools import pairwise

from pipelines.store.store import Store
from tests.databases.kills import kills
from tests.databases.stored import EXTRACTOR, NOW, content, findings, write
from tests.databases.writer import seen

KILLS, SEED = 12, 5


def test_killed_while_it_writes_nothing_is_lost(tmp_path):
    path = tmp_path / "x.db"
    grown = [0]
    for number, killed in enumerate(kills(path, KILLS, SEED)):
        assert killed.code == -signal.SIGKILL, number
        assert killed.damage == [], number
        assert killed.lost == set(), number
        grown.append(len(killed.acknowledged["kept"]))
    assert grown[-1] > 5 * KILLS
    assert sum(one < other for one, other in pairwise(grown)) > KILLS // 2  # they got on
    finish(path)
    assert findings(path) == []
    whole = write(tmp_path / "whole.db", [seen(day) for day in range(grown[-1])])
    kept, alone = content(path), content(whole)
    for name in ("payloads", "extractions", "texts", "versions"):
        assert same(kept, alone, name), name


def finish(path):
    """The next crawl reads what was kept, and folds."""
    store = Store(path, lambda: NOW)
    (policy,) = store.policies.of()
    by_stamp = {seen(day).capture.timestamp: seen(day) for day in range(4000)}
    for kept in store.readings.unread(policy, EXTRACTOR):
        store.readings.put(kept.capture_id, by_stamp[f"{kept.captured_at:%Y%m%d%H%M%S}"].reading())
    store.versions.fold(policy, EXTRACTOR)
    store.close()


def same(kept, alone, name):
    """All that was acknowledged is there as it would be unbroken; what was written and not acknowledged may be more."""
    if name == "payloads":
        return all(kept[name].get(digest) == body for digest, body in alone[name].items())
    if name == "versions":
        return kept[name][:-1] == alone[name][: len(kept[name]) - 1]
    return set(alone[name]) <= set(kept[name])

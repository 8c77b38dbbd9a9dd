"""What a payload is stored as: a frame against another payload, or alone, that any reader of ours reads back."""

import platform
import random
import sqlite3
import subprocess
import sys
from contextlib import closing

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlite_utils import Database

from pipelines.store.load import load_payload
from pipelines.store.schema.migrations import migrations
from pipelines.store.shelves import payloads
from pipelines.store.shelves.payloads import (
    ALONE,
    MEANWHILE,
    SHORTEST_BASE,
    PayloadShelf,
    deflate,
    difference,
    quick,
)
from pipelines.store.tables.payload_bases import Base


def read_back(*stored):
    """Read the last of (size, data), each of which stands on the one before."""
    db = sqlite3.connect(":memory:")
    db.execute("CREATE TABLE payloads (id INTEGER PRIMARY KEY, size, base_id, data)")
    for number, (size, data) in enumerate(stored, start=1):
        db.execute("INSERT INTO payloads VALUES (?, ?, ?, ?)", [number, size, number - 1 or None, data])
    try:
        return load_payload(db.execute, len(stored))
    finally:
        db.close()


bodies = st.one_of(st.binary(max_size=64), st.text(max_size=64).map(lambda text: (text * 40).encode()))


@given(bodies.filter(lambda body: len(body) >= SHORTEST_BASE), bodies)
def test_a_difference_reads_back_to_the_payload(base, body):
    alone = (len(base), deflate(base, None))
    assert read_back(alone, (len(body), difference(body, base))) == body
    assert read_back(alone, (len(body), deflate(body, base))) == body


@pytest.mark.parametrize("size", [2_000, 30_000, 300_000, 3_000_000])
def test_a_page_with_another_nonce_costs_next_to_nothing_at_any_size(size):
    chance = random.Random(size)
    page = chance.randbytes(size)  # repeats nothing of its own: where the search loses its place, it stays as large
    middle = size // 2
    other = page[:middle] + chance.randbytes(16) + page[middle + 16 :]
    data = difference(other, page)
    assert len(data) < max(100, size // 5_000)  # a block of 128 kB has a head of its own
    assert read_back((size, deflate(page, None)), (size, data)) == other


def test_a_payload_that_nothing_serves_stands_alone():
    chance = random.Random(1)
    body = chance.randbytes(2_500)
    base, data = quick(body, [Base(1, chance.randbytes(2_500), 0, 2_500)])
    assert base is None
    assert read_back((2_500, data)) == body


@pytest.mark.parametrize("together", [1, 2, 8, 16])
def test_a_change_of_a_page_is_stored_once_however_many_captures_were_packed_together(together):
    chance = random.Random(together)
    middle = chance.randbytes(5_000)  # new, and repeats nothing
    page = chance.randbytes(60_000)
    changed = [page[:20_000] + middle + page[20_000:] + b"%08x" % chance.getrandbits(32) for _ in range(16)]
    db = Database(memory=True)
    migrations.apply(db)
    shelf = PayloadShelf(db)
    shelf.put(page, "x)/")
    for start in range(0, 16, together):
        batch = [(body, shelf.packing("x)/")(body)) for body in changed[start : start + together]]
        for body, packed in batch:
            assert shelf.get(shelf.put_packed(body, "x)/", packed)[0]) == body
    (stored,) = db.execute("SELECT sum(length(data)) FROM payloads WHERE id > 1").fetchone()
    assert 5_000 < stored < 2 * 5_000
    db.conn.close()


READ = """
import resource, sqlite3, sys
from pipelines.store.load import load_payload
db = sqlite3.connect(sys.argv[1])
faults = []
for _time in range(5):
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    assert len(load_payload(db.execute, 5)) == 1_604_000
    faults.append(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
print(min(faults))
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc is told to keep buffers")
def test_a_large_page_is_read_into_memory_that_the_process_has(tmp_path):
    """Each 4 kB that the kernel has to give and clear is a fault: of 1.6 MB 400 a buffer, and there are three or four."""
    body = random.Random(1).randbytes(1_600_000)
    with closing(sqlite3.connect(tmp_path / "x.db")) as db, db:
        db.execute("CREATE TABLE payloads (id INTEGER PRIMARY KEY, size, base_id, data)")
        db.execute("INSERT INTO payloads VALUES (1, ?, NULL, ?)", [len(body), deflate(body, None)])
        for number in range(2, 6):
            after = body + bytes(1000)
            data = difference(after, body)
            db.execute("INSERT INTO payloads VALUES (?, ?, ?, ?)", [number, len(after), number - 1, data])
            body = after
    done = subprocess.run([sys.executable, "-c", READ, tmp_path / "x.db"], capture_output=True, text=True, check=True)
    assert int(done.stdout) < 400


@pytest.mark.parametrize(
    "order", [range(8), range(1, 8), range(7, -1, -1)], ids=["in turn", "first fails", "first last"]
)
def test_of_pages_packed_together_before_any_is_stored_the_one_that_others_stand_on_is_packed_thoroughly(
    order, monkeypatch
):
    levels = []

    def noted(body, base, level=ALONE):
        levels.append(level)
        return deflate(body, base, level)

    monkeypatch.setattr(payloads, "deflate", noted)
    page = b" ".join(b"%x" % (number**3 % 997) for number in range(6_000))
    assert len(deflate(page, None, MEANWHILE)) > len(deflate(page, None, ALONE))
    bodies = [page + b"%08x" % number for number in range(8)]
    db = Database(memory=True)
    migrations.apply(db)
    shelf = PayloadShelf(db)
    batch = [(body, shelf.packing("x)/")(body)) for body in bodies]
    assert levels == [ALONE] + [MEANWHILE] * 7
    for body, packed in map(batch.__getitem__, order):
        assert shelf.get(shelf.put_packed(body, "x)/", packed)[0]) == body
    ((data,),) = db.execute("SELECT data FROM payloads WHERE base_id IS NULL").fetchall()
    assert data == deflate(bodies[order[0]], None, ALONE)
    levels.clear()
    shelf.packing("y)/")(page)
    assert levels == [ALONE]  # another URL has a first of its own
    shelf.forget_bases()  # rolled back
    db.execute("DELETE FROM payloads")
    shelf.packing("x)/")(page)
    assert levels[1:] == [ALONE]
    db.conn.close()

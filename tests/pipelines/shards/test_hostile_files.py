"""Shards that somebody made to fill memory: they end in a StoreError that says why, within bounds, and stop no other."""

import hashlib
import resource
import sys
from contextlib import closing

import pyarrow as pa
import pytest
import zstandard
from pyarrow import parquet

from crawler.archives.errors import StoreError
from pipelines.shards import frames, rows
from pipelines.shards.apart import LIMITS, Shard, rows_of
from pipelines.shards.columns import EXTRACTOR, PAGES_COLUMNS, READINGS_COLUMNS, pages_of
from pipelines.shards.into import shard_in
from pipelines.shards.place import PAGES, READINGS, JobFolders
from pipelines.shards.rows import MOST_ROWS, groups_of, opened
from pipelines.shards.work import read_shards
from pipelines.store.load import Frame
from pipelines.store.shelves.payloads import deflate
from pipelines.store.store import Store
from tests.databases.stored import NOW
from tests.pipelines.shards.test_shards import Reader

MIB = 2**20
PAST = 512 * MIB  # that the parent may take: what comes out of the process is bounded by MOST_BYTES
FOLDERS = {PAGES: PAGES_COLUMNS, READINGS: READINGS_COLUMNS}
LARGE = {PAGES: "headers", READINGS: "reading"}  # the column that is


def alike(folder, count, size):
    """Rows that have one value of so many bytes in their dictionary, and runs of it: the file is small."""
    value = pa.array(["x" * size], pa.string())
    columns = {
        name: pa.DictionaryArray.from_arrays(pa.array([0] * count, pa.int32()), value)
        if name == LARGE[folder]
        else pa.array([0 if kind.value == "number" else "" if kind.value == "text" else b""] * count)
        for name, kind in FOLDERS[folder].items()
    }
    return pa.table(columns, metadata={EXTRACTOR: b"test-1"})


def write_alike(path, folder, count, size, known=True):
    """:param known: arrow's own schema says that the column is a dictionary, so that arrow expands it late."""
    parquet.write_table(
        alike(folder, count, size),
        path,
        row_group_size=10**9,
        dictionary_pagesize_limit=64 * MIB,
        compression="zstd",
        store_schema=known,
    )


def write_plain(path, folder, count, size):
    """Each row has its value, and zstd makes nothing of it."""
    table = alike(folder, count, size)
    table = table.set_column(
        table.column_names.index(LARGE[folder]), LARGE[folder], table.column(LARGE[folder]).cast(pa.string())
    )
    parquet.write_table(table, path, row_group_size=10**9, use_dictionary=False, compression="zstd")


def varint(number, length=0):
    """As the footer has numbers (Thrift's compact protocol): zigzag, seven bits a byte; padded to a length."""
    number <<= 1
    out = []
    while number > 127 or len(out) + 1 < length:
        out.append(number & 127 | 128)
        number >>= 7
    return bytes([*out, number])


def lie(path, column, size):
    """Let the footer say another size of a column than it has."""
    true = parquet.ParquetFile(path).metadata.row_group(0).column(column).total_uncompressed_size
    body = path.read_bytes()
    footer = len(body) - 8 - int.from_bytes(body[-8:-4], "little")
    assert varint(true) in body[footer:]
    path.write_bytes(body[:footer] + body[footer:].replace(varint(true), varint(size, len(varint(true)))))
    assert parquet.ParquetFile(path).metadata.row_group(0).column(column).total_uncompressed_size == size


def two_gigabytes(path, folder):
    write_alike(path, folder, 128, 16 * MIB)


def two_gigabytes_of_text(path, folder):
    write_alike(path, folder, 128, 16 * MIB, known=False)


def many_steps_of_text(path, folder):
    write_alike(path, folder, 2_000, MIB, known=False)


def many_steps(path, folder):
    write_alike(path, folder, 2_000, MIB)


def says_too_much(path, folder):
    write_plain(path, folder, 220, MIB)


def says_too_little(path, folder):
    write_plain(path, folder, 220, MIB)
    lie(path, list(FOLDERS[folder]).index(LARGE[folder]), 1000)


def too_many_rows(path, folder):
    write_alike(path, folder, MOST_ROWS + 1, 1)


def footer_of_gigabytes(path, folder):
    write_alike(path, folder, 1, 1)
    path.write_bytes(path.read_bytes()[:-8] + (2**31 - 1).to_bytes(4, "little") + b"PAR1")


MADE = {
    two_gigabytes: "MiB",
    two_gigabytes_of_text: "MiB",
    many_steps_of_text: "MiB",
    many_steps: "MiB",
    says_too_much: "MiB",
    says_too_little: "MiB",
    too_many_rows: "rows",
    footer_of_gigabytes: "damaged",
}


@pytest.fixture
def place(tmp_path):
    for folder in FOLDERS:
        (tmp_path / "job" / folder).mkdir(parents=True)
    return JobFolders(str(tmp_path / "job"))


@pytest.mark.parametrize("made", MADE, ids=lambda made: made.__name__)
@pytest.mark.parametrize("folder", FOLDERS)
def test_a_file_that_inflates_fails_within_bounds(place, tmp_path, folder, made):
    path = tmp_path / "job" / folder / "x.parquet"
    made(path, folder)
    assert path.stat().st_size < MIB
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(StoreError, match=MADE[made]):
        list(rows_of(Shard(place, folder, "x", FOLDERS[folder])))
    assert (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024 < PAST


@pytest.mark.skipif(sys.platform != "linux", reason="other systems do not hold a process to RLIMIT_AS")
def test_what_is_taken_before_its_size_is_known_ends_at_the_limit_of_the_process(place, tmp_path):
    """One step of it is larger than all that the process may have."""
    two_gigabytes(tmp_path / "job" / PAGES / "x.parquet", PAGES)
    with pytest.raises(StoreError, match=f"more than {LIMITS.memory / MIB:,.0f} MiB of memory"):
        list(rows_of(Shard(place, PAGES, "x", PAGES_COLUMNS)))


def test_hostile_pages_are_recorded_and_stop_no_other_shard(place, tmp_path):
    two_gigabytes(tmp_path / "job" / PAGES / "a.parquet", PAGES)
    good = page(b"<p>We keep your data for 30 days.")
    with place.new(PAGES, "b") as (stream, named):
        with rows.Writing(stream, PAGES_COLUMNS, {EXTRACTOR: b"test-1"}) as shard:
            shard.add(good)
        named("b")
    list(read_shards(place, place.to_read(), Reader()))
    assert place.names(READINGS) == ["b"]
    assert list(place.failures()) == ["a"]


def test_hostile_readings_say_what_is_to_be_done(place, tmp_path):
    two_gigabytes(tmp_path / "job" / READINGS / "a.parquet", READINGS)
    with (
        closing(Store(tmp_path / "x.db", lambda: NOW)) as store,
        pytest.raises(StoreError, match=r"Delete the file .*/readings/a\.parquet, run `policylapse shard read .* a`"),
    ):
        shard_in(store, place, "a")


@pytest.mark.parametrize("made", [write_alike, write_plain])
def test_groups_are_bounded_together(place, tmp_path, made):
    """Each is small; what they say of themselves, or what comes of them, is too much."""
    path = tmp_path / "job" / READINGS / "x.parquet"
    made(tmp_path / "one", READINGS, 100, 1_000)
    one = parquet.read_table(tmp_path / "one")
    with parquet.ParquetWriter(path, one.schema) as writer:
        for _group in range(20):
            writer.write_table(one)
    assert len(list(rows_of(Shard(place, READINGS, "x", READINGS_COLUMNS)))) == 2_000
    with pytest.raises(StoreError, match="its rows take more than 1 MiB"):
        list(rows_of(Shard(place, READINGS, "x", READINGS_COLUMNS, most=MIB)))


def test_the_rows_of_another_process_are_those_of_this_one(place, tmp_path):
    path = tmp_path / "job" / READINGS / "x.parquet"
    parquet.write_table(alike(READINGS, 1_234, 7), path, row_group_size=500)
    with path.open("rb") as stream:
        here = [row for _at, some in groups_of(opened(stream)[0], READINGS_COLUMNS) for row in some]
    assert len(here) == 1_234
    with Shard(place, READINGS, "x", READINGS_COLUMNS) as shard:
        there = []
        for number, row in enumerate(shard.rows()):
            there.append(row)
            if number % 300 == 0:
                shard._apart.end()  # killed: the next one goes on where it was
    assert there == here


# payloads


def page(body, base=b"", on=None, size=None, data=None, sha256=None):
    stored = deflate(body, on) if data is None else data
    of = (len(body) if size is None else size, base, stored)
    return (sha256 or hashlib.sha256(body).digest(), *of, "http://a.example/p", 200, "{}", "{}")


A, B = b"A first page of a policy. " * 40, b"A first page of a policy! " * 40
SHA_A, SHA_B = (hashlib.sha256(one).digest() for one in (A, B))
BOMB = zstandard.ZstdCompressor(write_content_size=False).compress(bytes(2**28))
WRONG_PAGES = {
    "of two gigabytes": [page(A, size=2**31)],
    "of less than nothing": [page(A, size=-1)],
    "larger than it says": [page(A, size=10)],
    "smaller than it says": [page(A, size=10_000)],
    "a bomb": [page(A, data=BOMB)],
    "a bomb without its magic number": [page(A, data=BOMB[4:])],
    "no zstd": [page(A, data=b"no zstd at all")],
    "cut off": [page(A, data=deflate(A, None)[:-5])],
    "another one": [page(A, sha256=SHA_B)],
    "on one that is not there": [page(B, SHA_A, A)],
    "on itself": [page(A, SHA_A)],
    "in a circle": [page(A), page(B, SHA_A, A), page(A, SHA_B, B), page(b"x", sha256=b"y")],
    "without data": [(*page(A)[:3], None, *page(A)[4:])],
}


def test_pages_stand_on_those_before_them():
    taken = pages_of([(*page(A)[:4], None, 0, "{}", "{}"), page(B, SHA_A, A), page(B, SHA_A, A)])
    assert [(one.sha256, one.page.body) for one in taken] == [(SHA_B, B)] * 2


@pytest.mark.parametrize("what", WRONG_PAGES)
def test_a_page_that_is_none_is_an_error(what):
    with pytest.raises(StoreError, match="damaged"):
        list(pages_of(WRONG_PAGES[what]))


@pytest.mark.parametrize("bodies", [1, 3])
def test_few_pages_are_at_hand_and_all_can_be_had(monkeypatch, bodies):
    monkeypatch.setattr(frames, "_AT_HAND", bodies * len(A))
    chain = [f"{number:<3}".encode() * 500 for number in range(12)]
    held = frames.Frames()
    for number, body in enumerate(chain):
        base = chain[number - 1] if number else None
        on = hashlib.sha256(base).digest() if base else b""
        held.add(Frame(hashlib.sha256(body).digest(), len(body), on, deflate(body, base)))
    for body in (*chain[::-1], *chain):
        assert held.body(hashlib.sha256(body).digest()) == body


def test_a_shard_has_no_more_than_a_reader_can_hold(monkeypatch):
    monkeypatch.setattr(frames, "MOST_STORED", 100)
    with pytest.raises(StoreError, match="compressed"):
        list(pages_of([page(A), page(B), page(A * 2), page(B * 2)]))


def test_frames_without_data_take_memory_too(monkeypatch):
    monkeypatch.setattr(frames, "MOST_STORED", 100_000)
    held = frames.Frames()
    many = (Frame(number.to_bytes(32, "big"), 0, b"", b"") for number in range(1_000))
    with pytest.raises(StoreError, match="compressed"):
        any(map(held.add, many))


@pytest.mark.parametrize("column", ["headers", "hints"])
def test_json_of_any_depth_is_an_error_of_the_shard(column):
    row = dict(zip(PAGES_COLUMNS, page(A), strict=True)) | {column: '{"a":' * 100_000}
    with pytest.raises(StoreError, match="damaged"):
        list(pages_of([tuple(row.values())]))


def test_a_text_that_is_no_utf_8_is_an_error_of_the_shard(place, tmp_path):
    offsets = pa.array([0, 2], pa.int32()).buffers()[1]
    wrong = pa.Array.from_buffers(pa.string(), 1, [None, offsets, pa.py_buffer(b"\xff\xfe")])
    table = alike(READINGS, 1, 1)
    table = table.set_column(table.column_names.index("reading"), "reading", wrong)
    parquet.write_table(table, tmp_path / "job" / READINGS / "x.parquet")
    with pytest.raises(StoreError, match="damaged, or none: 'utf-8'"):
        list(rows_of(Shard(place, READINGS, "x", READINGS_COLUMNS)))

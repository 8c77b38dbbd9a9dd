"""Shards: the same database as one machine makes it, whoever read them, and whatever stopped them."""

import asyncio
import shutil
from concurrent.futures import Future
from dataclasses import replace
from unittest import mock

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyarrow import parquet

from crawler.archives.capture import Outcome
from crawler.archives.errors import ConfigError, StoreError
from pipelines.reading.payload import read_payload
from pipelines.shards import columns, into
from pipelines.shards.columns import READINGS_COLUMNS, coded, readings_of, write_readings
from pipelines.shards.into import fold_read, shard_in
from pipelines.shards.out import shard_out
from pipelines.shards.place import PAGES, READINGS, JobFolders
from pipelines.shards.read import read_shard
from pipelines.shards.rows import groups_of, opened
from pipelines.shards.work import part_of, read_shards
from pipelines.store.packed_reading import pack
from pipelines.store.store import Store
from pipelines.upkeep.reextract import reextract
from tests.databases.stored import NOW, Seen, content, write
from tests.ranges import one_in

EXTRACTOR = "test-1"
PAGES_OUT, DISTINCT = 21, 15  # six stand at both sites
SENTENCE = "We keep the data of your account for {} days, and then we delete them, as the law of your country asks."


class Reader:
    """Reads in this process, as many at a time as there are workers."""

    extractor = EXTRACTOR

    def __init__(self, workers=2, fails_at=None):
        self.workers, self.left = workers, fails_at

    def read(self, page):
        if self.left is not None:
            self.left -= 1
            if self.left < 0:
                raise KeyboardInterrupt
        reading = read_payload(page)
        return replace(
            reading, extractor=reading.extractor.replace(reading.extractor.partition("+declared")[0], EXTRACTOR)
        )

    def submit_to(self, made, page):
        future = Future()
        future.set_result(made(self.read(page)))
        return future

    async def read_kept(self, kept, load):
        for one in kept:
            yield one, self.read(one.page(load(one.payload_id)))


def text(number):
    return "Privacy policy\n" + "\n".join(SENTENCE.format(30 + number * line) for line in range(1, 12))


@pytest.fixture(scope="module")
def unread(tmp_path_factory):
    """Two sites of which nothing is read; a page of one of them stands at the other, too."""
    seen = [Seen(day, text(day // 4), "unread") for day in range(12)]
    other = {"url": "http://other.example/privacy", "site": "other.example"}
    seen += [Seen(day, text(day // 3), "unread", **other) for day in range(9)]
    return write(tmp_path_factory.mktemp("unread") / "unread.db", seen, fold=False)


@pytest.fixture(scope="module")
def whole(unread, tmp_path_factory):
    """What one machine makes of it."""
    path = shutil.copy(unread, tmp_path_factory.mktemp("whole") / "whole.db")

    async def run(store):
        return [one async for one in reextract(store, Reader())]

    store = Store(path, lambda: NOW)
    asyncio.run(run(store))
    store.close()
    return content(path)


@pytest.fixture
def store(unread, tmp_path):
    opened = Store(shutil.copy(unread, tmp_path / "x.db"), lambda: NOW)
    yield opened
    opened.close()


@pytest.fixture
def place(tmp_path):
    return JobFolders(str(tmp_path / "job"))


def files(place, folder):
    return {name: place.open(folder, name).read() for name in place.names(folder)}


def take_in(store, place):
    taken = [shard_in(store, place, name) for name in place.names(READINGS)]
    fold_read(store, EXTRACTOR)
    return taken


def test_the_database_is_that_of_one_machine_whatever_came_between(store, place, whole, tmp_path):
    out = shard_out(store, place, EXTRACTOR, size=20_000)
    assert len(out.shards) > 3
    for name in reversed(place.to_read()):  # in any order
        read_shard(place, name, Reader())
    take_in(store, place)
    assert content(tmp_path / "x.db") == whole
    assert whole["versions"]


def test_any_number_of_workers_writes_the_same_bytes(store, place, tmp_path):
    shard_out(store, place, EXTRACTOR, size=30_000)
    written = []
    for workers in (1, 2, 3, 50):
        other = JobFolders(str(tmp_path / f"job{workers}"))
        shutil.copytree(tmp_path / "job" / PAGES, tmp_path / f"job{workers}" / PAGES)
        assert len([*read_shards(other, other.to_read(), Reader(workers))]) == len(other.names(PAGES))
        written.append(files(other, READINGS))
    assert written[0]
    assert all(one == written[0] for one in written)


@pytest.mark.parametrize("moment", one_in(8, range(21)))
def test_a_reader_that_is_killed_leaves_nothing_half_and_goes_on(store, place, whole, tmp_path, moment):
    shard_out(store, place, EXTRACTOR, size=30_000)
    with pytest.raises(KeyboardInterrupt):
        list(read_shards(place, place.to_read(), Reader(2, fails_at=moment)))
    assert not list((tmp_path / "job").rglob("*.tmp"))
    done = files(place, READINGS)
    list(read_shards(place, place.to_read(), Reader()))
    assert not place.to_read()
    assert done.items() <= files(place, READINGS).items()
    take_in(store, place)
    assert content(tmp_path / "x.db") == whole


def test_what_a_killed_reader_left_is_swept_once_its_shard_is_done(store, place, tmp_path):
    shard_out(store, place, EXTRACTOR, size=30_000)
    done, other, *_ = place.names(PAGES)
    list(read_shards(place, [done], Reader()))
    for name in (done, other):
        (tmp_path / "job" / READINGS / f".{name}.1f.tmp").write_bytes(b"PAR1")
    place.sweep()
    assert [path.name for path in (tmp_path / "job").rglob("*.tmp")] == [f".{other}.1f.tmp"]
    assert place.names(READINGS) == [done]


def test_taking_in_twice_changes_nothing(store, place, whole, tmp_path):
    shard_out(store, place, EXTRACTOR, size=30_000)
    list(read_shards(place, place.to_read(), Reader()))
    first, second = take_in(store, place), take_in(store, place)
    assert sum(one.new for one in first) == DISTINCT
    assert sum(one.known for one in first) == PAGES_OUT - DISTINCT
    assert [one.new for one in second] == [0] * len(first)
    assert sum(one.known for one in second) == PAGES_OUT
    assert content(tmp_path / "x.db") == whole


def test_out_again_makes_the_same_files_until_the_pages_are_others(store, place):
    first = shard_out(store, place, EXTRACTOR, size=30_000)
    before = files(place, PAGES)
    assert shard_out(store, place, EXTRACTOR, size=30_000) == first
    assert files(place, PAGES) == before
    assert set(shard_out(store, place, "test-2", size=30_000).shards).isdisjoint(first.shards)


def test_a_policy_of_which_pages_are_missing_waits(store, place):
    shard_out(store, place, EXTRACTOR, size=30_000)
    list(read_shards(place, place.to_read()[:1], Reader()))
    shard_in(store, place, place.names(READINGS)[0])
    folded, waiting = fold_read(store, EXTRACTOR)
    assert waiting
    assert not any(store.versions.built_with(policy) for policy in waiting)
    assert all(store.versions.built_with(policy) == EXTRACTOR for policy in folded)


def test_a_page_that_was_forgotten_meanwhile_does_not_come_back(store, place, unread):
    shard_out(store, place, EXTRACTOR)
    list(read_shards(place, place.to_read(), Reader()))
    with store.transaction():
        store.db.execute("UPDATE capture_rows SET payload_id = NULL")
    (taken,) = (shard_in(store, place, name) for name in place.names(READINGS))
    assert (taken.new, taken.known) == (0, PAGES_OUT)


def test_another_extractor_must_not_read_it(store, place):
    shard_out(store, place, "test-2")
    with pytest.raises(ConfigError, match="same version"):
        list(read_shards(place, place.to_read(), Reader()))
    assert not place.names(READINGS)


@pytest.mark.parametrize("share", one_in(2, [0.0, 0.3, 0.6, 0.9, 0.99]))
def test_a_damaged_shard_is_recorded_and_stops_no_other(store, place, tmp_path, share):
    shard_out(store, place, EXTRACTOR, size=30_000)
    poisoned, *rest = place.names(PAGES)
    path = tmp_path / "job" / PAGES / f"{poisoned}.parquet"
    body = path.read_bytes()
    path.write_bytes(body[: int(len(body) * share)])
    list(read_shards(place, place.to_read(), Reader()))
    assert place.names(READINGS) == rest
    assert list(place.failures()) == [poisoned]
    path.write_bytes(body)  # put out again
    list(read_shards(place, place.to_read(), Reader()))
    assert not place.failures()


def test_damaged_readings_are_an_error(store, place, tmp_path):
    shard_out(store, place, EXTRACTOR)
    list(read_shards(place, place.to_read(), Reader()))
    (name,) = place.names(READINGS)
    path = tmp_path / "job" / READINGS / f"{name}.parquet"
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(StoreError, match="damaged"):
        shard_in(store, place, name)


def rewritten(path, name, values):
    """A file of which a column holds something else."""
    table = parquet.read_table(path)
    column = pa.array(values(table.num_rows))
    parquet.write_table(table.set_column(table.column_names.index(name), name, column), path)


def taken_back(path):
    """The readings of a file, in this process."""
    with path.open("rb") as stream:
        shard, _about = opened(stream)
        groups = groups_of(shard, READINGS_COLUMNS, ("blocks", "links"))
        return list(readings_of(row for _at, rows in groups for row in rows))


def unpacked(packed):
    """A reading that is packed, without the digests that a shard leaves to who stores it."""
    return packed._replace(text=packed.unpacked_text()._replace(digests=()))


WRONG = {
    "nothing": lambda rows: [None] * rows,
    "numbers": lambda rows: [7] * rows,
    "lists": lambda rows: [["x"]] * rows,
    "no JSON": lambda rows: ["x"] * rows,
    "no text": lambda rows: [b"\xff"] * rows,
}
MAY_BE = {("sha256", "no JSON"), ("sha256", "no text")} | {
    (name, what)
    for name in ("extractor", "outcome", "text_digest", "links_digest")  # each row here has its own blocks and links
    for what in ("numbers", "no JSON")
}


@pytest.mark.parametrize("what", WRONG)
@pytest.mark.parametrize(
    "name", ["sha256", "extractor", "outcome", "text_digest", "links_digest", "reading", "blocks", "links"]
)
def test_whatever_a_column_holds_readings_that_are_none_are_an_error(tmp_path, name, what):
    """A shard may have lain anywhere."""
    read = [Seen(number, text(number), "fetched").reading() for number in range(2)]
    path = tmp_path / "x.parquet"
    with path.open("wb") as stream:
        write_readings(stream, EXTRACTOR, [(bytes([number]) * 32, coded(one)) for number, one in enumerate(read)])
    rewritten(path, name, WRONG[what])
    if (name, what) in MAY_BE:
        assert [unpacked(row.reading) for row in taken_back(path)] == [unpacked(pack(one)) for one in read]
    else:
        with pytest.raises(StoreError, match="damaged"):
            taken_back(path)


@pytest.mark.parametrize("name", ["sha256", "size", "base", "data", "url", "status", "headers", "hints"])
@pytest.mark.parametrize("what", ["nothing", "lists"])
def test_whatever_a_column_holds_pages_that_are_none_stop_no_other_shard(store, place, tmp_path, name, what):
    shard_out(store, place, EXTRACTOR, size=30_000)
    poisoned, *rest = place.names(PAGES)
    rewritten(tmp_path / "job" / PAGES / f"{poisoned}.parquet", name, WRONG[what])
    if (name, what) == ("url", "nothing"):  # payloads that others stand on, and no page
        assert [one.pages for one in read_shards(place, [poisoned], Reader())] == [0]
        return
    list(read_shards(place, place.to_read(), Reader()))
    assert place.names(READINGS) == rest
    assert list(place.failures()) == [poisoned]


@given(st.lists(st.sampled_from(range(8))), st.text(max_size=30), st.booleans(), st.sampled_from([1, 900, 2**25]))
def test_readings_come_back_as_they_were(tmp_path_factory, numbers, odd, lost, held):
    """However few texts the writer and the reader hold for rows to come."""
    rows = []
    for number in numbers:
        reading = Seen(number, f"{text(number % 3)}\n{odd or '-'}", "bot" if number == 7 else "fetched").reading()
        if lost and reading.extraction:
            reading = replace(reading, extraction=replace(reading.extraction, title="a lone \ud800 sign"))
        rows.append((bytes([number]) * 32, reading))
    path = tmp_path_factory.mktemp("codec") / "x.parquet"
    with mock.patch.object(columns, "HELD_BYTES", held):
        with path.open("wb") as stream:
            assert write_readings(stream, EXTRACTOR, ((sha256, coded(one)) for sha256, one in rows)) == len(rows)
        back = taken_back(path)
    assert [(row.sha256, unpacked(row.reading)) for row in back] == [
        (sha256, unpacked(pack(_stored(one)))) for sha256, one in rows
    ]


@given(st.lists(st.tuples(st.sampled_from("abcdef"), st.integers(0, 9))), st.integers(0, 20))
def test_no_more_is_held_than_may_be(puts, most):
    held = columns.Held(most)
    for digest, size in puts:
        held.put(digest, size, size)
        assert held[digest] == size
        assert sum(held.values()) <= max(most, size)


def test_readings_of_hostile_pages_leave_the_rest_of_their_shard_to_another_command(tmp_path, monkeypatch):
    """What is written can be read again: a shard that is too large would be, however often it is made."""
    rows = [(bytes([n]) * 32, coded(Seen(n, f"{n} " + "ä" * 10_000).reading())) for n in range(20)]
    monkeypatch.setattr(columns, "MOST_READINGS", 200_000)
    monkeypatch.setattr(columns, "_MOST_WRITTEN", 150_000)
    place = JobFolders(str(tmp_path))
    with place.new(READINGS) as (stream, named):
        write_readings(stream, EXTRACTOR, rows)
        named("x")
    read = [row.reading for row in columns.readings_at(place, "x")]
    whole, rest = read[:7], read[7:]
    assert [one.outcome for one in whole] == [Outcome.FETCHED] * 7
    assert {(one.outcome, one.extractor, one.text) for one in rest} == {(Outcome.READING_STOPPED, EXTRACTOR, b"")}
    assert "re-extract" in rest[0].detail


def test_readings_are_taken_a_few_megabytes_at_a_time(store, place, monkeypatch):
    shard_out(store, place, EXTRACTOR)
    (name,) = place.names(PAGES)
    read_shard(place, name, Reader())
    monkeypatch.setattr(into, "_BYTES", 1)
    rows = columns.readings_at(place, name)
    steps = iter(lambda: list(into._taken(rows, place, name)), [])
    assert [len(some) for some in steps] == [1] * PAGES_OUT


def test_readings_that_are_more_than_a_shard_has_are_an_error_that_says_what_to_do(store, place, monkeypatch):
    shard_out(store, place, EXTRACTOR)
    (name,) = place.names(PAGES)
    read_shard(place, name, Reader())
    monkeypatch.setattr(columns, "MOST_READINGS", 1_000)
    with pytest.raises(
        StoreError, match=rf"take more than .* Delete the file .*, run `policylapse shard read .* {name}`"
    ):
        shard_in(store, place, name)


def _stored(reading):
    """A sign that no file can hold is a question mark."""
    if not reading.extraction:
        return reading
    title = reading.extraction.title.encode("utf-8", "replace").decode()
    return replace(reading, extraction=replace(reading.extraction, title=title))


@given(st.integers(0, 30), st.integers(1, 9))
def test_the_parts_are_all_and_no_shard_is_of_two(count, parts):
    names = [str(number) for number in range(count)]
    dealt = [name for part in range(1, parts + 1) for name in part_of(names, part, parts)]
    assert sorted(dealt) == sorted(names)


def test_a_place_that_cannot_be_is_an_error(tmp_path):
    with pytest.raises(ConfigError, match="no place"):
        JobFolders("nowhere://x/y")
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="cannot be read or written"):
        JobFolders(str(tmp_path / "file")).fail("a", "why")

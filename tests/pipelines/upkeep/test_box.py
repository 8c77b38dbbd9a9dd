"""Boxes: what short payloads add to others lies together in a row, and every byte is read back, whatever happens between."""

import random
import sqlite3
from contextlib import closing, suppress

import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlite_utils import Database

from crawler.archives.errors import StoreError
from pipelines.store.boxes import BOX_BYTES, BOXED_UP_TO, boxed, filled, unboxed
from pipelines.store.file import WrittenFile, open_file
from pipelines.store.load import PAYLOAD_ERRORS, load_frames, load_payload, stored_frame
from pipelines.store.schema.migrations import migrations
from pipelines.store.shelves.payloads import PayloadShelf
from pipelines.upkeep import box
from pipelines.upkeep.box import MOST_COMING, box_payloads, forget_boxed
from pipelines.upkeep.compact import compact
from pipelines.upkeep.findings import Damage
from pipelines.upkeep.orphans import stand_alone
from pipelines.upkeep.repair import repair
from tests.databases.stored import Seen, content, damage, damages, findings, write

KEY = "com,example)/privacy"
FRAMES = st.dictionaries(st.integers(1, 2**31), st.binary(min_size=1, max_size=BOXED_UP_TO - 1), min_size=1)


@given(FRAMES)
def test_a_box_gives_back_what_was_put_into_it(frames):
    rows = sorted(frames.items())
    assert unboxed(rows[0][0], boxed(rows[0][0], rows)) == frames


@given(st.lists(st.integers(1, BOXED_UP_TO - 1)))
def test_boxes_are_filled_in_order_and_to_their_size(sizes):
    rows = [(number, b"x" * size) for number, size in enumerate(sizes)]
    boxes = list(filled(rows))
    assert [row for box in boxes for row in box] == rows
    assert all(sum(len(frame) for _id, frame in box) <= BOX_BYTES for box in boxes)
    assert sum(map(len, boxes)) == len(rows)


@given(st.binary(max_size=400))
def test_a_damaged_box_is_told_as_a_damaged_payload(data):
    """As any bytes, and as what any bytes are inside of it."""
    for made in (data, zstandard.compress(data)):
        with suppress(zstandard.ZstdError):
            assert all(isinstance(frame, bytes) for frame in unboxed(1, made).values())


def test_a_box_that_says_that_it_is_huge_is_not_inflated():
    with pytest.raises(zstandard.ZstdError, match="larger"):
        unboxed(1, zstandard.compress(b"x" * 2_000_000))


class Shelf:
    """Payloads in a database, and what each should be."""

    def __init__(self):
        self.db = Database(memory=True)
        migrations.apply(self.db)
        self.shelf = PayloadShelf(self.db)
        self.chance = random.Random(7)
        self.page = bytes(self.chance.choices(range(97, 123), k=900))
        self.bodies = {}

    def put(self, kind):
        chance = self.chance
        at = chance.randrange(len(self.page))
        body = {
            "alike": self.page[:at] + b"%08x" % chance.getrandbits(32) + self.page[at:],
            "other": bytes(chance.choices(range(256), k=300)),
            "long": bytes(chance.choices(range(256), k=2 * BOXED_UP_TO)),
            "empty": b"",
        }[kind]
        self.bodies[self.shelf.put(body, KEY)] = body

    def take(self, number):
        """As `forget` does."""
        payload_id = sorted(self.bodies)[number % len(self.bodies)]
        for (dependent,) in self.db.execute("SELECT id FROM payloads WHERE base_id = ?", [payload_id]).fetchall():
            stand_alone(self.db, dependent)
        self.db.execute("DELETE FROM payloads WHERE id = ?", [payload_id])
        del self.bodies[payload_id]
        self.shelf.forget_bases()

    def boxed(self):
        boxes = self.db.execute("SELECT first_id, frames FROM payload_boxes ORDER BY 1").fetchall()
        return [payload_id for first_id, data in boxes for payload_id in unboxed(first_id, data)]

    def is_sound(self):
        assert {one: load_payload(self.db.execute, one) for one in self.bodies} == self.bodies
        for payload_id, body in self.bodies.items():
            frames = load_frames(self.db.execute, payload_id, frozenset())
            assert (frames[-1].size, frames[-1].data) == (len(body), stored_frame(self.db.execute, payload_id))


STEPS = st.lists(
    st.one_of(
        st.sampled_from(["alike", "alike", "alike", "other", "long", "empty", "box", "forget"]),
        st.integers(0, 100),
    ),
    max_size=60,
)


@settings(max_examples=60)
@given(STEPS, st.sampled_from([1, 3, MOST_COMING]))
def test_whatever_comes_and_goes_all_payloads_are_read_back(steps, most):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(box, "MOST_COMING", most)  # put into boxes at once
        comes_and_goes(steps)


def comes_and_goes(steps):
    made = Shelf()
    for step in steps:
        if step == "box":
            box_payloads(made.db)
        elif step == "forget":
            forget_boxed(made.db)
        elif isinstance(step, str):
            made.put(step)
        elif made.bodies:
            made.take(step)
        made.is_sound()
    box_payloads(made.db)
    made.is_sound()
    short = {one for one, body in made.bodies.items() if body and len(stored_frame(made.db.execute, one)) < BOXED_UP_TO}
    assert made.boxed() == sorted(short)  # each once, and nothing else
    assert set(made.db.execute("SELECT id FROM payloads WHERE length(data) = 0 AND size > 0").fetchall()) == {
        (one,) for one in short
    }
    before = made.db.execute("SELECT * FROM payload_boxes").fetchall()
    box_payloads(made.db)
    assert made.db.execute("SELECT * FROM payload_boxes").fetchall() == before
    made.db.conn.close()


def test_no_more_is_in_memory_than_some_frames(monkeypatch):
    made = Shelf()
    for _ in range(20):
        made.put("other")
    at_once = []
    put = box._put
    monkeypatch.setattr(box, "MOST_COMING", 6)
    monkeypatch.setattr(box, "_put", lambda db, frames: (at_once.append(len(frames)), put(db, frames)))
    box_payloads(made.db)
    assert at_once == [6, 12, 18, 20]  # those before are of the same box
    assert len(made.boxed()) == 20
    made.is_sound()
    made.db.conn.close()


def test_an_id_that_is_given_again_is_the_new_payload():
    made = Shelf()
    made.put("alike")
    box_payloads(made.db)
    made.take(0)
    made.put("other")
    assert (list(made.bodies), made.boxed()) == ([1], [1])
    made.is_sound()
    forget_boxed(made.db)
    made.is_sound()
    assert made.boxed() == []
    made.db.conn.close()


def test_boxes_that_are_made_again_between_two_statements_of_a_reader_are_read():
    made = Shelf()
    for kind in ("other", "other", "other"):
        made.put(kind)
    box_payloads(made.db)
    last = load_payload(made.db.execute, 3)
    told = []

    def execute(sql, values):
        found = made.db.execute(sql, values)
        if "payload_boxes" in sql and not told:
            rows = found.fetchall()
            made.take(0)
            forget_boxed(made.db)
            told.append(made.boxed())
            found = made.db.execute("SELECT ?", rows[0])
        return found

    assert load_payload(execute, 3) == last
    assert told == [[2, 3]]
    made.db.conn.close()


# whole files


@pytest.fixture
def path(tmp_path):
    made = write(tmp_path / "x.db", [Seen(day, f"We keep your data. {day // 9}") for day in range(40)])
    compact(made)
    return made


def test_a_compacted_file_has_boxes_is_sound_and_says_the_same(tmp_path):
    path = write(tmp_path / "x.db", [Seen(day, f"We keep your data. {day // 9}") for day in range(40)])
    before = content(path)
    compact(path)
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("SELECT count(*) FROM payload_boxes").fetchone() == (1,)
        assert db.execute("SELECT count(*) FROM payloads WHERE length(data) > 0").fetchone() == (0,)
    assert findings(path) == []
    assert content(path) == before


@pytest.mark.parametrize(
    "harm",
    [
        "UPDATE payload_boxes SET frames = x'28b52ffd'",
        "UPDATE payload_boxes SET frames = zeroblob(length(frames))",
        "DELETE FROM payload_boxes",
    ],
)
def test_a_damaged_box_is_found_and_its_payloads_are_asked_for_again(path, harm):
    damage(path, harm)
    with closing(sqlite3.connect(path)) as db, pytest.raises(PAYLOAD_ERRORS):
        load_payload(db.execute, 1)
    assert Damage.PAYLOAD in {finding.kind for finding in damages(path)}
    found = findings(path)
    with closing(open_file(path).conn) as connection:
        repair(WrittenFile(connection), found)
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("SELECT count(*) FROM payloads").fetchone() == (0,)
    compact(path)
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("SELECT count(*) FROM payload_boxes").fetchone() == (0,)


def test_what_cannot_be_forgotten_of_a_damaged_box_is_told(path):
    damage(path, "UPDATE payload_boxes SET frames = x'28b52ffd'")
    with closing(open_file(path).conn) as connection, pytest.raises(StoreError, match="fsck --repair"):
        forget_boxed(WrittenFile(connection))


@pytest.mark.parametrize("stop", range(1, 7))
def test_killed_while_boxes_are_made_all_is_as_it_was(tmp_path, stop):
    path = write(tmp_path / "x.db", [Seen(day) for day in range(20)])
    bodies = content(path)["payloads"]
    db = open_file(path)
    left = stop

    def deny(action, *_names):
        nonlocal left
        left -= action in (sqlite3.SQLITE_INSERT, sqlite3.SQLITE_UPDATE, sqlite3.SQLITE_DELETE, sqlite3.SQLITE_READ)
        return sqlite3.SQLITE_DENY if left <= 0 else sqlite3.SQLITE_OK

    db.conn.set_authorizer(deny)
    with pytest.raises(sqlite3.DatabaseError), db.atomic():
        box_payloads(db)
    db.conn.set_authorizer(None)
    assert db.execute("SELECT count(*) FROM payload_boxes").fetchone() == (0,)
    db.conn.close()
    assert content(path)["payloads"] == bodies

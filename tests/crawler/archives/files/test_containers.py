"""What is read of a compressed file does not depend on the pieces that it is read in, also where it is damaged."""

import gzip
import random
import tracemalloc
from contextlib import suppress
from dataclasses import replace
from io import BytesIO

import pytest

from crawler.archives.files import containers
from crawler.archives.files.containers import Source
from crawler.archives.files.records import BadRecordError, Sound, read_record, records

SIZES = (0, 1, 100, 2_047, 2_048, 5_000, 70_000, 300_000)


def record(chance):
    size = chance.choice(SIZES)
    body = chance.randbytes(size) if chance.random() < 0.5 else b"a" * size
    said = size if chance.random() < 0.85 else chance.choice([0, size + 1, max(size - 1, 0), 10**12, size + 10**5])
    head = f"WARC-Type: resource\r\nWARC-Date: 2020-01-01T00:00:00Z\r\nWARC-Target-URI: http://a.example/{size}"
    return f"WARC/1.0\r\n{head}\r\nContent-Length: {said}\r\n\r\n".encode() + body + b"\r\n\r\n"


def file_of(chance):
    """Some members of some records; of some the end is cut off, a byte is another one, or something stands behind."""
    members = []
    for _ in range(chance.randrange(1, 6)):
        member = gzip.compress(
            b"".join(record(chance) for _ in range(chance.choice([1, 1, 1, 2, 3]))), chance.choice([0, 1, 9])
        )
        if chance.random() < 0.2:
            member = member[: chance.randrange(len(member))]
        elif chance.random() < 0.3:
            at = chance.choice([chance.randrange(len(member)), len(member) - chance.randrange(1, 9)])
            member = member[:at] + bytes([member[at] ^ 255]) + member[at + 1 :]
        members.append(member + chance.randbytes(chance.choice([0, 0, 0, 50])))
    return b"".join(members)


def found(data):
    return list(records(Source(BytesIO(data), "a.warc.gz"), lambda _head, block: block.read()))


def bytes_of(read):
    """Where records lie and what they hold, and the flaws; not where the member ends, which may not be known yet."""
    return [(one.place.offset, one.place.position, one.taken) if isinstance(one, Sound) else one for one in read]


@pytest.mark.parametrize("seed", range(40))
def test_pieces_of_any_size_hold_the_same(seed, monkeypatch):
    data = file_of(random.Random(seed))
    large = found(data)
    for one in large:
        if isinstance(one, Sound):
            for length in {0, 1, one.place.length, 10**9}:
                place = replace(one.place, length=length)
                _head, block = read_record(Source(BytesIO(data), "a.warc.gz"), place)
                assert block.read() == one.taken
    monkeypatch.setattr(containers, "_GROWTH", 1)
    monkeypatch.setattr(containers, "_LARGE_PIECE", containers._PIECE)
    assert bytes_of(found(data)) == bytes_of(large)


@pytest.mark.parametrize("behind", [1, 5, 8])
def test_the_records_before_the_damage_of_their_member_are_read(behind):
    """The sum or the size at the end is wrong: only of the last record it is not known that it is whole."""
    bodies = [random.Random(number).randbytes(size) for number, size in enumerate((5_000, 70_000, 10))]
    head = b"WARC/1.0\r\nWARC-Type: resource\r\nWARC-Date: 2020-01-01T00:00:00Z\r\nWARC-Target-URI: http://a.example/"
    whole = b"".join(head + b"\r\nContent-Length: %d\r\n\r\n%b\r\n\r\n" % (len(body), body) for body in bodies)
    member = bytearray(gzip.compress(whole))
    member[-behind] ^= 255
    first, second, flaw = found(bytes(member))
    assert [first.taken, second.taken] == bodies[:2]
    assert "its gzip data is damaged" in flaw.why


def test_a_bomb_with_damage_at_its_end_is_read_in_little_memory():
    head = b"WARC/1.0\r\nWARC-Type: resource\r\nWARC-Date: 2020-01-01T00:00:00Z\r\nWARC-Target-URI: http://a.example/"
    bomb = bytearray(gzip.compress(head + b"\r\nContent-Length: 40000000\r\n\r\n" + bytes(40_000_000)))
    bomb[-6] ^= 255
    tracemalloc.start()
    with suppress(BadRecordError):
        for _ in records(Source(BytesIO(bytes(bomb)), "a.warc.gz"), lambda _head, block: block.drain()):
            pass
    _now, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 8_000_000

"""WACZ files are somebody else's: what is unpacked stays in its folder and within its bounds."""

import zipfile

import pytest

from crawler.archives.dialects import parse_archive
from crawler.archives.errors import ConfigError
from crawler.archives.files import wacz
from crawler.archives.files.wacz import check_wacz, is_wacz, unpack_wacz
from crawler.asking.handlers import close_warcs, open_warcs


def write(path, *members):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            archive.writestr(zipfile.ZipInfo(name) if name.startswith("/") else name, content)
    return path


def test_what_is_a_wacz(tmp_path):
    zipped = write(tmp_path / "named.otherwise", ("archive/a.warc", b"x"))
    assert is_wacz(zipped)
    (tmp_path / "x.WACZ").write_bytes(b"")
    assert is_wacz(tmp_path / "x.WACZ")
    (tmp_path / "a.warc").write_bytes(b"WARC/1.0\r\n")
    assert not is_wacz(tmp_path / "a.warc")
    assert not is_wacz(tmp_path)
    assert not is_wacz(tmp_path / "nothing")


def test_only_its_warc_files_are_unpacked(tmp_path):
    path = write(
        tmp_path / "x.wacz",
        ("archive/a.warc.gz", b"one"),
        ("archive/sub/b.warc", b"two"),
        ("archive/notes.txt", b"no"),
        ("indexes/index.cdx.gz", b"no"),
        ("c.warc.gz", b"no"),
    )
    (tmp_path / "out").mkdir()
    assert unpack_wacz(path, tmp_path / "out") == []
    files = {str(p.relative_to(tmp_path / "out")): p.read_bytes() for p in (tmp_path / "out").rglob("*") if p.is_file()}
    assert files == {"archive/a.warc.gz": b"one", "archive/sub/b.warc": b"two"}


@pytest.mark.parametrize(
    "name",
    ["../x.warc.gz", "archive/../../x.warc.gz", "/etc/passwd", "archive/..", "C:/x", "archive\\..\\..\\x.warc.gz"],
)
def test_names_that_lead_out_are_refused(tmp_path, name):
    path = write(tmp_path / "x.wacz", ("archive/a.warc.gz", b"x"), (name, b"x"))
    with pytest.raises(ConfigError, match="is refused: its member"):
        check_wacz(path)
    with pytest.raises(ConfigError, match="is refused"):
        parse_archive(str(path))


def test_sizes_that_no_archive_has_are_refused(tmp_path, monkeypatch):
    path = write(tmp_path / "x.wacz", *((f"archive/{n}.warc.gz", bytes(50_000)) for n in range(3)))
    monkeypatch.setattr(wacz, "ALWAYS_ALLOWED", 150_000)
    check_wacz(path)
    monkeypatch.setattr(wacz, "ALWAYS_ALLOWED", 149_999)  # of all members together
    with pytest.raises(ConfigError, match="is refused: it would unpack to"):
        check_wacz(path)
    monkeypatch.setattr(wacz, "MAX_RATIO", 1000)
    check_wacz(path)


def test_a_member_gives_no_more_than_it_declares(tmp_path):
    """A declared size that is too small: what is behind it stays packed, and the checksum tells."""
    path = write(tmp_path / "x.wacz", ("archive/a.warc", bytes(1_000_000)), ("archive/b.warc", b"good"))
    size = (1_000_000).to_bytes(4, "little")
    path.write_bytes(path.read_bytes().replace(size, (10).to_bytes(4, "little")))
    (tmp_path / "out").mkdir()
    (damage,) = unpack_wacz(path, tmp_path / "out")
    assert "archive/a.warc: Bad CRC-32" in damage
    assert (tmp_path / "out/archive/a.warc").stat().st_size <= 10
    assert (tmp_path / "out/archive/b.warc").read_bytes() == b"good"


def test_a_full_disk_is_said_before(tmp_path, monkeypatch):
    path = write(tmp_path / "x.wacz", ("archive/a.warc", b"x"))
    monkeypatch.setattr(wacz, "RESERVE", 2**60)
    with pytest.raises(ConfigError, match="TMPDIR"):
        unpack_wacz(path, tmp_path)


@pytest.mark.parametrize(
    ("content", "message"),
    [(b"", "no whole WACZ"), (b"PK\x03\x04 and so on", "no whole WACZ"), (None, "holds no WARC file")],
)
def test_what_is_none(tmp_path, content, message):
    path = tmp_path / "x.wacz"
    write(path, ("index.html", b"")) if content is None else path.write_bytes(content)
    with pytest.raises(ConfigError, match=message):
        check_wacz(path)


def test_two_members_of_one_name(tmp_path):
    with pytest.warns(UserWarning, match="Duplicate name"):
        path = write(tmp_path / "x.wacz", ("archive/a.warc", b"x"), ("archive/a.warc", b"y"))
    (tmp_path / "out").mkdir()
    with pytest.raises(ConfigError, match="cannot unpack archive"):
        unpack_wacz(path, tmp_path / "out")


def test_what_was_unpacked_goes_with_the_archive(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    path = write(tmp_path / "x.wacz", ("archive/a.warc.gz", b"no gzip"))
    archive = open_warcs(path)
    assert open_warcs(path) is archive
    assert archive.damages[0].startswith("a.warc.gz: ")
    assert len(list(tmp_path.glob("policylapse-*"))) == 1
    del archive
    close_warcs()
    assert list(tmp_path.glob("policylapse-*")) == []

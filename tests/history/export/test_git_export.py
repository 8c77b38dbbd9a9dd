"""The git export, read back with git."""

import subprocess
from contextlib import closing

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cli.giving.export import policies_of
from crawler.archives.errors import ConfigError, StoreError
from history.database import open_database
from history.export.formats import FORMATS, Job, run_export
from history.export.git import document, message
from history.export.writing.git_repository import Repository
from history.export.writing.records import CaptureEvidence, VersionRecord
from pipelines.model import Block, BlockKind
from pipelines.text.markdown import render_alone, render_markdown
from pipelines.text.wording import wording_key
from tests.crawling import rows


def git(repository, *arguments):
    done = subprocess.run(["git", *arguments], cwd=repository, capture_output=True, check=True)
    return done.stdout.decode()


def export(database, out, *sites):
    with closing(open_database(database)) as db:
        return run_export(FORMATS["git"], Job(db, policies_of(db, sites), out, "test/1"))


@pytest.fixture(scope="module")
def repository(sample_db, tmp_path_factory):
    out = tmp_path_factory.mktemp("git") / "policies"
    export(sample_db, out)
    return out


def test_it_is_sound_and_checked_out(repository):
    assert git(repository, "fsck", "--full", "--strict") == ""
    assert git(repository, "status", "--porcelain") == ""
    assert git(repository, "branch", "--show-current") == "main\n"
    assert git(repository, "for-each-ref", "--format=%(refname)") == "refs/heads/main\n"
    assert (repository / "lumenkart.example" / "privacy.md").read_text("utf-8").startswith("# Privacy Policy\n")


def test_a_commit_a_version_in_the_order_of_captures_over_all_sites(repository, sample_db):
    log = git(repository, "log", "--reverse", "--date=format:%Y-%m-%dT%H:%M:%SZ", "--format=%an|%ad|%cd").splitlines()
    wanted = rows(sample_db, "SELECT site, first_seen FROM timeline ORDER BY first_seen, site")
    assert log == [f"{site}|{at}|{at}" for site, at in wanted]
    assert len({site for site, _at in wanted}) > 5


def test_the_evidence_stands_in_the_trailers(repository, sample_db):
    keys = ("Captured-At", "Archive-Url", "Payload-SHA256", "CDX-Digest", "Change-Class", "Before-Archive-Url")
    fields = "%x09".join(f"%(trailers:key={key},valueonly,separator=)" for key in keys)
    log = git(repository, "log", "--reverse", f"--format={fields}").splitlines()
    wanted = rows(
        sample_db,
        "SELECT t.first_seen, t.first_capture_url, y.payload_digest, k.digest, coalesce(t.change_class, ''), "
        "coalesce(d.from_capture_url, '') FROM timeline t "
        "JOIN versions v ON v.id = t.version_id JOIN captures k ON k.id = v.first_capture_id "
        "JOIN payloads y ON y.id = k.payload_id LEFT JOIN change_detail d ON d.to_version_id = t.version_id "
        "ORDER BY t.first_seen, t.site",
    )
    assert log == ["\t".join(row) for row in wanted]
    brackets = git(repository, "log", "--format=%(trailers:key=Bracket,valueonly,separator=)").splitlines()
    assert all(before == ".." or before < after for before, after in (bracket.split("/") for bracket in brackets)), (
        "a bracket is an interval"
    )


def test_the_trailers_have_the_page_for_people_beside_the_bytes(repository):
    keys = ("Archive-Url", "Replay-Url", "Before-Archive-Url", "Before-Replay-Url")
    fields = "%x09".join(f"%(trailers:key={key},valueonly,separator=)" for key in keys)
    for line in git(repository, "log", f"--format={fields}").splitlines():
        link, page, before, before_page = line.split("\t")
        assert "id_/" in link
        assert (page, before_page) == (link.replace("id_/", "/", 1), before.replace("id_/", "/", 1))


def test_each_commit_touches_its_policy_alone(repository):
    for commit in git(repository, "rev-list", "main").split():
        assert len(git(repository, "show", "--format=", "--name-only", commit).split()) == 1


def test_blame_tells_sentences(history_db, tmp_path):
    shown = history_db.shown
    history_db.policy(
        "http://a.example/privacy",
        shown("2018-01-01", "We keep data. We share none."),
        shown("2019-01-01", "We keep data. We sell all of it. We share none."),
    )
    export(history_db.path, tmp_path / "x")
    blame = git(tmp_path / "x", "blame", "--date=short", "a.example/privacy.md").splitlines()
    assert [(line.split(" 20")[1][:8], line.split(") ")[1]) for line in blame] == [
        ("18-01-01", "We keep data."),
        ("19-01-01", "We sell all of it."),
        ("18-01-01", "We share none."),
    ]


def test_exported_again_it_keeps_what_is_its_own(history_db, tmp_path):
    shown = history_db.shown
    out = tmp_path / "x"
    history_db.policy("http://a.example/privacy", shown("2018-01-01", "We keep data."))
    export(history_db.path, out)
    first = git(out, "rev-parse", "main").strip()
    git(out, "branch", "mine")
    history_db.policy("http://b.example/privacy", shown("2019-01-01", "We sell data."))
    export(history_db.path, out)
    assert git(out, "rev-list", "--reverse", "main").split()[0] == first
    assert git(out, "rev-parse", "mine").strip() == first
    assert (out / "b.example" / "privacy.md").read_text() == "We sell data.\n"
    assert git(out, "status", "--porcelain") == ""


def test_a_crawl_that_finds_nothing_new_changes_no_commit(history_db, tmp_path):
    shown = history_db.shown
    first = shown("2018-01-01", "We keep data.")
    one = history_db.policy("http://a.example/privacy", first)
    export(one, tmp_path / "x")
    before = git(tmp_path / "x", "rev-parse", "main")
    history_db.policy("http://c.example/other", first, site="c.example")
    history_db.db.execute("UPDATE versions SET captures = 9, last_seen = '2025-01-01T00:00:00Z'")
    history_db.db.conn.commit()
    export(one, tmp_path / "x", "a.example")
    assert git(tmp_path / "x", "rev-parse", "main") == before


def test_it_takes_no_folder_of_somebody_elses(history_db, tmp_path, monkeypatch):
    history_db.policy("http://a.example/privacy", history_db.shown("2018-01-01", "We keep data."))
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "x").touch()
    subprocess.run(["git", "init", "-q", tmp_path / "theirs"], check=True)
    for name in ("full", "theirs"):
        with pytest.raises(ConfigError, match="is no repository of an export"):
            export(history_db.path, tmp_path / name)
    export(history_db.path, tmp_path / "ours")
    changed = tmp_path / "ours" / "a.example" / "privacy.md"
    changed.write_text("mine")
    with pytest.raises(ConfigError, match="has changes"):
        export(history_db.path, tmp_path / "ours")
    assert changed.read_text() == "mine"
    git(tmp_path / "ours", "checkout", "-q", "-f", "-b", "side")
    with pytest.raises(ConfigError, match="another branch"):
        export(history_db.path, tmp_path / "ours")
    (tmp_path / "new.part").mkdir()
    (tmp_path / "new.part" / "precious").touch()
    with pytest.raises(ConfigError, match="in the way"):
        export(history_db.path, tmp_path / "new")
    (tmp_path / "empty").mkdir()
    export(history_db.path, tmp_path / "empty")
    monkeypatch.setenv("PATH", "")
    with pytest.raises(ConfigError, match="no git on this machine"):
        export(history_db.path, tmp_path / "more")


def test_what_git_refuses_leaves_nothing(tmp_path):
    with (
        pytest.raises(StoreError, match="git could not take the versions: fatal"),
        Repository(tmp_path / "x") as repository,
    ):
        repository.take([b"nonsense\n"] * 100_000)
    assert not list(tmp_path.iterdir())


def test_the_persons_settings_have_no_say(sample_db, tmp_path, monkeypatch):
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / ".gitconfig").write_text(
        "[core]\n\tautocrlf = true\n[commit]\n\tgpgsign = true\n[init]\n\tdefaultBranch = trunk\n"
    )
    export(sample_db, tmp_path / "a", "lumenkart.example")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "elsewhere"))
    export(sample_db, tmp_path / "b", "lumenkart.example")
    monkeypatch.delenv("GIT_DIR")
    assert git(tmp_path / "a", "rev-parse", "main") == git(tmp_path / "b", "rev-parse", "main")
    assert b"\r" not in (tmp_path / "b" / "lumenkart.example" / "privacy.md").read_bytes()


@pytest.mark.parametrize(
    ("at", "seconds"),
    [
        ("1969-07-20T20:17:40Z", 0),
        ("0001-01-01T00:00:00Z", 0),
        ("1996-10-20T01:02:03Z", 845773323),
        ("9999-12-31T23:59:59Z", 253402300799),
    ],
)
def test_dates_that_git_cannot_say(history_db, tmp_path, at, seconds):
    history_db.policy("http://a.example/privacy", history_db.shown("2018-01-01", "We keep data."))
    history_db.db.execute("UPDATE versions SET first_seen = ?", [at])
    history_db.db.conn.commit()
    export(history_db.path, tmp_path / "x")
    assert git(tmp_path / "x", "fsck", "--strict") == ""
    assert git(tmp_path / "x", "log", "--format=%at %ct") == f"{seconds} {seconds}\n"
    assert git(tmp_path / "x", "log", "--format=%(trailers:key=Captured-At,valueonly,separator=)") == f"{at}\n"


LINE = st.text(st.characters(codec="utf-8"), max_size=60)


def record(**fields):
    evidence = CaptureEvidence(
        "a", "https://x/", "http://a/", "2018", "2018-01-01T00:00:00Z", "D", "match", "0", 200, 0
    )
    values = dict.fromkeys(VersionRecord.__slots__, "") | {
        "version_id": 1,
        "version": 2,
        "words_added": 1,
        "words_removed": 0,
        "sections": (),
        "first_seen": "2018-01-01T00:00:00Z",
        "not_before": "2017-01-01T00:00:00Z",
        "change_class": "substantive",
        "captures": 1,
        "first": evidence,
        "last": evidence,
        "parts": (),
        "site": "a.example",
        "citation": "c",
    }
    return VersionRecord(**(values | fields))


@given(LINE, st.lists(LINE, max_size=3), LINE)
def test_a_page_cannot_write_trailers(title, sections, url):
    text = message(record(title=title, sections=tuple(sections), policy_url=url))
    done = subprocess.run(
        ["git", "interpret-trailers", "--parse"], input=text.encode(), capture_output=True, check=True
    ).stdout.decode("utf-8", "replace")
    lines = done.removesuffix("\n").split("\n")
    names = [line.partition(":")[0] for line in lines]
    assert len(set(names)) == len(names)
    assert "Captured-At: 2018-01-01T00:00:00Z" in lines
    assert set(names) <= {
        "Policy-Url",
        "Citation",
        "Captured-At",
        "Bracket",
        "Change-Class",
        "Title",
        "Archive",
        "Archive-Url",
        "Replay-Url",
        "Captured-Url",
        "CDX-Timestamp",
        "CDX-Digest",
        "CDX-Digest-Verdict",
        "Payload-SHA256",
    }


PROSE = st.text(st.sampled_from("ab AB.!?\u201c\u201d()*1-# "), max_size=60)


@given(st.lists(st.tuples(st.sampled_from(list(BlockKind)), PROSE), max_size=5))
def test_a_sentence_a_line_is_the_same_text(found):
    blocks = tuple(Block(kind, 1, text) for kind, text in found)
    parts = tuple((block, render_alone(block)) for block in blocks)
    text = document(record(parts=parts))
    assert text.split() == render_markdown(blocks).split()
    assert wording_key([Block(BlockKind.PARAGRAPH, 0, text)]) == wording_key(
        [Block(BlockKind.PARAGRAPH, 0, render_markdown(blocks))]
    )

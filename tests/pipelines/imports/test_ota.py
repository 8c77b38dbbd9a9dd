"""Open Terms Archive's repositories: what is taken in, what is refused and why, and whose changes are whose."""

import json
import stat
import subprocess
from contextlib import closing
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.archives.errors import ConfigError
from crawler.collections.git import Repository, UnreadableError, git_id
from crawler.targets.declarations import parse_declaration
from pipelines.imports.comparison import Verdict
from pipelines.store.store import Store
from pipelines.upkeep.forget import forget, pages_of
from pipelines.upkeep.fsck import check
from tests.crawling import history, rows
from tests.databases.imported import content, ota
from tests.generators.git_collections import Made, day, git, make_repository, snapshot, version
from tests.generators.shop_pages import WORDS, page, text

URL = "https://shop.example/privacy"


def shop(number, extra="", **options):
    return snapshot("Shop", "Privacy Policy", day(number), page(extra, number), **{"url": URL} | options)


def told(text_of, number, **options):
    return version("Shop", "Privacy Policy", day(number), text_of, **options)


def opened(db):
    return Store(db, lambda: datetime(2026, 1, 1, tzinfo=UTC))


def proven(db):
    with closing(opened(db)) as store:
        assert list(check(store.db.conn)) == []


# their changes and ours


def test_their_changes_stand_beside_ours(tmp_path, monkeypatch):
    """Each kind of step once: both, same words, technical, theirs alone, ours alone."""
    first, second = "We keep it for a year.", "We keep it for two years."
    snapshots = make_repository(
        tmp_path / "demo-snapshots",
        [shop(0, first), shop(10, first), shop(20, second), shop(30, second), shop(40, second), shop(50, first)],
    )
    versions = make_repository(
        tmp_path / "demo-versions",
        [
            told(text(first), 0, kind="first"),
            told(text(first, link="/b"), 10),  # the same words, another target
            told(text(second), 20),
            told(text(f"{second} Menu"), 30),  # furniture that they took for the policy
            told(text(second), 40, kind="technical"),
        ],
    )
    counts, (done,), outcomes = ota(tmp_path / "a.db", snapshots, versions=versions)
    assert (counts.new, outcomes) == (6, [])
    (compared,) = done.compared
    assert [(step.not_after[:10], step.verdict) for step in compared.steps] == [
        (f"{day(10):%Y-%m-%d}", Verdict.SAME_WORDS),
        (f"{day(20):%Y-%m-%d}", Verdict.BOTH),
        (f"{day(30):%Y-%m-%d}", Verdict.THEIRS_ONLY),
        (f"{day(40):%Y-%m-%d}", Verdict.TECHNICAL),
        (f"{day(50):%Y-%m-%d}", Verdict.OURS_ONLY),
    ]
    assert compared.captures == 6
    assert all(step.capture.startswith("git:demo-snapshots@") for step in compared.steps)
    assert compared.steps[2].their_source.startswith("git:demo-versions@")
    assert [row[2] for row in history(tmp_path / "a.db")] == [1, 2, 3]  # theirs are no versions of ours
    assert rows(tmp_path / "a.db", "SELECT count(DISTINCT extractor_id) FROM versions") == [(1,)]
    proven(tmp_path / "a.db")
    before = content(tmp_path / "a.db")
    monkeypatch.setattr("pipelines.imports.ota.read_theirs", None)  # a text that is known is not read again
    assert ota(tmp_path / "a.db", snapshots, versions=versions)[1] == [done]
    assert content(tmp_path / "a.db") == before


def test_a_version_belongs_to_the_snapshot_that_it_names(tmp_path):
    """Their reading of an old page may be recorded later, as an upgrade."""
    snapshots = make_repository(tmp_path / "demo-snapshots", [shop(0), shop(10, WORDS[0])])
    first = git(snapshots, "rev-list", "--reverse", "main").split()[0]
    versions = make_repository(tmp_path / "demo-versions", [told(text("old"), 5, kind="first", of=[first[:9]])])
    _counts, (done,), _outcomes = ota(tmp_path / "a.db", snapshots, versions=versions)
    assert done.compared[0].captures == 2  # without the id it would be the second one's alone


def test_a_version_of_several_pages_has_a_part_for_each(tmp_path):
    urls = ["https://shop.example/privacy", "https://shop.example/cookies"]
    commits = [
        snapshot("Shop", "Privacy Policy", day(at), page(WORDS[at], n), url=url, page=True)
        for at in range(2)
        for n, url in enumerate(urls)
    ]
    declared, wrong = parse_declaration(
        "Shop",
        json.dumps({"terms": {"Privacy Policy": {"combine": [{"fetch": url} for url in urls]}}}),
    )
    assert not wrong
    snapshots = make_repository(tmp_path / "s", commits)
    parts = ["one\n\n- - -\n\ntwo", "one more\n\n- - -\n\ntwo more", "cannot be told"]
    versions = make_repository(tmp_path / "v", [told(part, at) for at, part in enumerate(parts[:2])])
    _counts, (done,), outcomes = ota(tmp_path / "a.db", snapshots, versions=versions, declared=declared)
    assert [(one.policy.url, one.captures) for one in done.compared] == [(urls[1], 2), (urls[0], 2)]
    assert outcomes == []
    versions = make_repository(tmp_path / "w", [told(parts[2], 0)])
    _counts, (done,), _outcomes = ota(tmp_path / "b.db", snapshots, versions=versions, declared=declared)
    assert [one.captures for one in done.compared] == [0, 0]


# what comes in


def test_declarations_give_names_urls_over_time_and_selectors(tmp_path):
    old, new = "https://shop.example/old", "https://shop.example/new"
    declared, wrong = parse_declaration(
        "Shop",
        json.dumps({"terms": {"Privacy Policy": {"fetch": new, "select": "main"}}}),
        json.dumps({"Privacy Policy": [{"fetch": old, "select": "main", "validUntil": day(15).isoformat()}]}),
    )
    assert not wrong
    commits = [shop(at, WORDS[at // 10], url="", modern=False) for at in (0, 10, 20)]
    counts, (done,), outcomes = ota(tmp_path / "a.db", make_repository(tmp_path / "s", commits), declared=declared)
    assert (counts.new, outcomes) == (3, [])
    assert rows(tmp_path / "a.db", "SELECT original FROM captures ORDER BY at") == [(old,), (old,), (new,)]
    assert len(history(tmp_path / "a.db")) == 3
    assert done.policies[0].url == new
    assert rows(tmp_path / "a.db", "SELECT hints LIKE '%main%' FROM declarations") == [(1,)]


def test_a_rewritten_history_keeps_its_dates(tmp_path):
    commits = [
        Made(
            day(1),
            "Start tracking Shop\n\nX-source-document-location: " + URL,
            {"Shop/Privacy Policy.html": page()},
            {},
            day(900),
        )
    ]
    ota(tmp_path / "a.db", make_repository(tmp_path / "s", commits))
    assert rows(tmp_path / "a.db", "SELECT captured_at FROM captures") == [(f"{day(1):%Y-%m-%dT%H:%M:%SZ}",)]


def test_other_terms_and_services_are_left_out_and_counted(tmp_path):
    commits = [
        shop(0),
        snapshot("Shop", "Terms of Service", day(1), page(), url="https://shop.example/terms"),
        snapshot("Other", "Privacy Policy", day(2), page(), url="https://other.example/privacy"),
        Made(day(3), "Rename Other", {"Other/Privacy Policy.html": page("moved")}),
        Made(day(4), "Update README", {"README.md": b"#"}),
    ]
    repository = make_repository(tmp_path / "s", commits)
    counts, done, _ = ota(tmp_path / "a.db", repository, services=["Shop"])
    assert [one.subject for one in done] == ["Shop, Privacy Policy"]
    assert dict(counts.left_out) == {"other services or types of terms": 3, "no snapshot": 1}
    counts, done, _ = ota(tmp_path / "b.db", repository, terms=["all"])
    assert [one.subject for one in done] == ["Other, Privacy Policy", "Shop, Privacy Policy", "Shop, Terms of Service"]
    assert dict(counts.left_out) == {"edited by hand, not recorded": 1, "no snapshot": 1}


def test_equal_pages_are_one_payload_and_are_read_once(tmp_path):
    bodies = [page(WORDS[0]), page(WORDS[1])]
    commits = [snapshot("Shop", "Privacy Policy", day(at), bodies[at % 2], url=URL) for at in range(8)]
    counts, _done, _outcomes = ota(tmp_path / "a.db", make_repository(tmp_path / "s", commits))
    assert (counts.new, counts.read) == (8, 2)
    assert rows(tmp_path / "a.db", "SELECT count(*) FROM payloads") == [(2,)]
    assert rows(tmp_path / "a.db", "SELECT count(*) FROM readings") == [(8,)]
    later = [snapshot("Shop", "Privacy Policy", day(at), bodies[at % 2], url=URL) for at in range(8, 11)]
    counts, _done, _outcomes = ota(tmp_path / "a.db", make_repository(tmp_path / "s", later))
    assert (counts.new, counts.known, counts.read) == (3, 8, 0)
    assert rows(tmp_path / "a.db", "SELECT outcome, count(*) FROM captures GROUP BY 1") == [("fetched", 11)]
    proven(tmp_path / "a.db")


def test_what_was_forgotten_stays_forgotten(tmp_path):
    repository = make_repository(tmp_path / "s", [shop(0), shop(10, WORDS[0])])
    ota(tmp_path / "a.db", repository)
    with closing(opened(tmp_path / "a.db")) as store:
        forget(store.db, pages_of(store.db.conn, [1], ""), "asked", "2026-01-01T00:00:00Z")
    counts, _done, outcomes = ota(tmp_path / "a.db", make_repository(tmp_path / "s", [shop(20, WORDS[1])]))
    assert (counts.new, counts.forgotten + counts.known, outcomes) == (0, 3, [])
    assert rows(tmp_path / "a.db", "SELECT count(*) FROM payloads") == [(0,)]
    assert history(tmp_path / "a.db") == []


# killed


class Killed(BaseException):
    pass


def killed_at(transaction):
    """A store whose process ends as that transaction begins: nothing later is written."""

    class Dying(Store):
        def __init__(self, *arguments):
            super().__init__(*arguments)
            begin, left = self.file.db.atomic, [transaction]

            def atomic():
                if not self.file.db.conn.in_transaction:
                    left[0] -= 1
                    if not left[0]:
                        raise Killed
                return begin()

            self.file.db.atomic = atomic

    return Dying


@pytest.fixture(scope="module")
def killable(tmp_path_factory):
    folder = tmp_path_factory.mktemp("killable")
    snapshots = make_repository(folder / "s", [shop(at, WORDS[at // 3]) for at in range(9)])
    versions = make_repository(folder / "v", [told(text(WORDS[at // 3]), at) for at in range(0, 9, 3)])
    ota(folder / "whole.db", snapshots, versions=versions)
    return snapshots, versions, content(folder / "whole.db")


@settings(max_examples=12)
@given(kills=st.lists(st.integers(2, 40), min_size=1, max_size=2))
def test_killed_at_any_moment_and_run_again_it_is_the_same_database(killable, tmp_path_factory, kills):
    snapshots, versions, whole = killable
    db = tmp_path_factory.mktemp("killed") / "a.db"
    for transaction in kills:
        try:
            ota(db, snapshots, versions=versions, store_class=killed_at(transaction))
        except Killed:
            continue
    ota(db, snapshots, versions=versions)
    assert content(db) == whole
    proven(db)


# hostile repositories


def refused(tmp_path, commits, **options):
    counts, _done, outcomes = ota(tmp_path / "a.db", make_repository(tmp_path / "s", [shop(0), *commits]), **options)
    proven(tmp_path / "a.db")
    return counts, [(outcome, detail) for _subject, outcome, detail in outcomes]


@pytest.mark.parametrize(
    ("commit", "outcome"),
    [
        (shop(1, url="", ending="html"), None),  # the declared one is not known, but the other snapshot's is
        (snapshot("Shop", "Privacy Policy", day(1), b"  \n", url=URL), ("not_imported", "the file is empty")),
        (
            snapshot("Alone", "Privacy Policy", day(1), page()),
            ("not_imported", "the URL of 1 of its 1 snapshots is not known"),
        ),
        (
            snapshot("Alone", "Privacy Policy", day(1), page(), url="javascript:alert(1)"),
            ("not_imported", "the URL of 1 of its 1 snapshots is not known"),
        ),
        (
            snapshot("Shop", "Privacy Policy", day(1), b"x" * 9000, url=URL),
            ("too_large", "it has 9,000 bytes; the limit is 5,000"),
        ),
    ],
)
def test_every_refusal_is_recorded(tmp_path, commit, outcome):
    counts, outcomes = refused(tmp_path, [commit], limit=5000)
    assert outcomes == ([outcome] if outcome else [("not_imported", "the URL of 1 of its 2 snapshots is not known")])
    assert (counts.new, counts.refused) == (1, 1)


@pytest.mark.parametrize(
    "commit",
    [
        Made(
            day(1), "Update Shop", {"Shop/Privacy Policy.html": b"/etc/passwd"}, {"Shop/Privacy Policy.html": "120000"}
        ),
        Made(day(1), "Update Shop", {"Shop/Privacy Policy.html": b"1" * 40}, {"Shop/Privacy Policy.html": "160000"}),
        Made(day(1), "Update Shop", {"Shop/Privacy Policy.html": None}),
    ],
    ids=["symbolic link", "submodule", "deleted"],
)
def test_what_is_no_file_is_no_capture(tmp_path, commit):
    counts, outcomes = refused(tmp_path, [commit])
    assert (counts.found, counts.new, outcomes) == (1, 1, [])


@settings(max_examples=25)
@given(
    name=st.text(st.characters(exclude_characters="/\0", codec="utf-8"), min_size=1, max_size=30),
    raw=st.binary(min_size=1, max_size=9),
)
def test_names_of_files_may_be_anything(tmp_path_factory, name, raw):
    """Whatever git takes for a name: it is a service, or no snapshot, and never a path that is opened."""
    odd = raw.replace(b"\0", b"").replace(b"/", b"").decode("utf-8", "surrogateescape")
    paths = {f"{part}/Privacy Policy.html" for part in (name, odd) if part and part not in (".", "..", ".git")}
    message = f"First record of something\n\nX-source-document-location: {URL}"
    commits = [Made(day(at), message, {path: page(number=at)}) for at, path in enumerate(sorted(paths))]
    folder = tmp_path_factory.mktemp("names")
    try:
        repository = make_repository(folder / "s", commits)
    except AssertionError:  # git refuses it: there is no such repository
        return
    counts, _done, outcomes = ota(folder / "a.db", repository)
    assert outcomes == []
    assert counts.new + sum(counts.left_out.values()) == len(commits)
    proven(folder / "a.db")


def test_nothing_of_a_repository_runs_and_nothing_is_fetched(tmp_path):
    """Hooks, filters, a pager, textconv, a signature's program, fsmonitor, a promisor remote: none is called."""
    repository = make_repository(tmp_path / "s", [shop(0), shop(1, WORDS[0])], bare=False)
    trap = tmp_path / "trap"
    trap.write_text(f"#!/bin/sh\ntouch {tmp_path}/sprung\n")
    trap.chmod(trap.stat().st_mode | stat.S_IXUSR)
    for key in (
        *(
            "core.pager",
            "core.fsmonitor",
            "diff.external",
            "gpg.program",
            "core.sshCommand",
            "core.editor",
            "core.askPass",
        ),
        *("diff.x.textconv", "diff.x.command", "filter.x.smudge", "filter.x.clean", "uploadpack.packObjectsHook"),
    ):
        git(repository, "config", key, str(trap))
    for key, value in (
        ("log.showSignature", "true"),
        ("core.hooksPath", str(tmp_path)),
        ("remote.origin.url", f"ext::{trap}"),
        ("protocol.allow", "always"),
    ):
        git(repository, "config", key, value)
    (repository / ".git" / "info" / "attributes").write_text("* diff=x filter=x\n")
    (tmp_path / "post-checkout").symlink_to(trap)
    counts, _done, _outcomes = ota(tmp_path / "a.db", repository)
    assert counts.new == 2
    assert not (tmp_path / "sprung").exists()


def test_a_damaged_object_is_one_refusal_and_the_rest_is_taken_in(tmp_path):
    repository = make_repository(tmp_path / "s", [shop(at, WORDS[at]) for at in range(4)])
    pack = next((repository / "objects" / "pack").glob("*.pack"), None)
    if pack is not None:
        moved = tmp_path / "moved.pack"
        pack.replace(moved)
        for rest in pack.parent.iterdir():
            rest.unlink()
        with moved.open("rb") as stream:
            subprocess.run(["git", "unpack-objects", "-q"], cwd=repository, stdin=stream, check=True)
    oid = git_id(page(WORDS[1], 1))
    loose = repository / "objects" / oid[:2] / oid[2:]
    loose.chmod(0o644)
    loose.write_bytes(loose.read_bytes()[:20])
    counts, _done, outcomes = ota(tmp_path / "a.db", repository)
    assert counts.new == 3
    assert [(outcome, detail) for _s, outcome, detail in outcomes] == [
        ("damaged_archive", f"object {oid} is missing or damaged")
    ]


def test_a_folder_that_is_no_repository_and_one_without_commits(tmp_path):
    with pytest.raises(ConfigError, match="is no git repository"):
        Repository(tmp_path)
    git(tmp_path / "new", "init", "--quiet")
    with Repository(tmp_path / "new") as new:
        assert (new.head, list(new.entries())) == ("", [])
        with pytest.raises(UnreadableError):
            new.blob("-" * 40)


@pytest.mark.parametrize("setting", ["remote.far.promisor=true", "extensions.partialClone=far"])
def test_a_partial_clone_is_refused_since_git_would_fetch_what_it_lacks(tmp_path, setting):
    repository = make_repository(tmp_path / "s", [shop(0)])
    git(repository, "config", *setting.split("="))
    with pytest.raises(ConfigError, match="partial clone"):
        Repository(repository)


def test_a_shallow_clone_says_so(tmp_path):
    repository = make_repository(tmp_path / "s", [shop(0), shop(1, WORDS[0])])
    git(tmp_path, "clone", "--quiet", "--bare", "--depth", "1", f"file://{repository}", "shallow")
    with Repository(tmp_path / "shallow") as shallow:
        assert shallow.is_shallow
    with Repository(repository) as whole:
        assert not whole.is_shallow

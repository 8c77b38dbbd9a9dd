"""A crawl with a fallback: what the first archive has not, another is asked for, within its holes only."""

import random
import signal
import subprocess
import threading
import zipfile
from contextlib import closing
from dataclasses import replace
from datetime import timedelta

import pytest
from click.testing import CliRunner

from cli.main import main
from crawler.archives.files.warc import Answered
from crawler.asking.limits_file import LimitsFile
from tests.crawler.crawls.test_kill import IN_FLIGHT
from tests.crawling import crawl, group_ends, history, killed_at, rows
from tests.generators import two_archives
from tests.generators.two_archives import POLICY, split, write
from tests.servers.wayback_server import EXCLUDED, WaybackServer

CHANGES = {"POLICYLAPSE_STRATEGY": "changes"}
OTHER = "http://other.example/privacy"
SLOW_DOWN = Answered(429, {"retry-after": "600"}, b"slow down")


def wordings(database):
    """The versions: since when, until when, and which wording."""
    return [(row[3], row[4], row[-1]) for row in history(database)]


def fallen_back(tmp_path, first, second, *, name="x.db", **arguments):
    arguments = {"url": POLICY} | arguments
    return crawl(tmp_path / name, first.archive, settings=CHANGES, fallback=second.archive, **arguments)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_all_versions_are_found_with_few_requests(tmp_path, seed):
    """The floor: 40% of the captures are gone from A and stand in B; at most two requests to B for each (the floor), and in fact one listing more than those."""
    chance = random.Random(seed)
    visits = two_archives.history(chance)
    kept, lost = split(visits, chance, 0.4)
    full = crawl(tmp_path / "full.db", write(tmp_path / "full", visits), settings=CHANGES, url=POLICY)
    with WaybackServer(write(tmp_path / "a", kept)) as a, WaybackServer(write(tmp_path / "b", lost)) as b:
        alone = crawl(tmp_path / "alone.db", a.archive, settings=CHANGES, url=POLICY)
        filled = fallen_back(tmp_path, a, b)
        assert (full.code, alone.code, filled.code) == (0, 0, 0), filled.err
        assert wordings(tmp_path / "x.db") == wordings(tmp_path / "full.db")
        assert wordings(tmp_path / "alone.db") != wordings(tmp_path / "full.db")
        assert 0 < b.asked.total() <= len(lost) + 1, b.asked  # a listing, and each lost capture once
        asked = b.asked.total()
        again = fallen_back(tmp_path, a, b)
        assert (again.code, b.asked.total()) == (0, asked), again.err
    named = rows(tmp_path / "x.db", "SELECT archive, count(*) FROM captures WHERE outcome = 'fetched' GROUP BY 1")
    assert dict(named)[b.archive] <= len(lost)


def test_without_a_hole_nobody_else_is_asked(tmp_path):
    visits = two_archives.history(random.Random(5))
    with WaybackServer(write(tmp_path / "a", visits)) as a, WaybackServer(write(tmp_path / "b", visits)) as b:
        run = fallen_back(tmp_path, a, b)
        assert run.code == 0, run.err
        assert b.asked.total() == 0


def test_an_unplayable_capture_is_had_elsewhere_and_what_both_have_counts_once(tmp_path):
    """The other archive has the same visits, as archives give each other what they have: the payload is one."""
    visits = two_archives.history(random.Random(7), 8)
    gone = visits[4]
    faults = {f"/web/{gone.timestamp}id_/": [Answered(404, {}, b"not here")] * 9}
    with WaybackServer(write(tmp_path / "a", visits), faults) as a, WaybackServer(write(tmp_path / "b", visits)) as b:
        run = fallen_back(tmp_path, a, b)
        assert run.code == 0, run.err
        asked = {path for path in b.asked if path.startswith("/web/")}
        assert asked == {f"/web/{gone.timestamp}id_/{POLICY}"}
    found = rows(tmp_path / "x.db", "SELECT archive, timestamp, outcome FROM captures WHERE archive = ?", b.archive)
    assert found == [(b.archive, gone.timestamp, "fetched")]
    assert rows(tmp_path / "x.db", "SELECT listed, fetched FROM certainty") == [(8, 8)]


def test_an_exclusion_is_not_circumvented_unless_a_person_says_so(tmp_path):
    visits = two_archives.history(random.Random(9), 6)
    excluded = {"/cdx/": [Answered(403, {}, EXCLUDED)] * 9}
    with WaybackServer(write(tmp_path / "a", visits), excluded) as a, WaybackServer(write(tmp_path / "b", visits)) as b:
        run = fallen_back(tmp_path, a, b)
        assert (run.code, b.asked.total()) == (1, 0), run.err
        told = fallen_back(tmp_path, a, b, fallback_excluded="1")
        assert len(wordings(tmp_path / "x.db")) == len({one.edition for one in visits}) > 1, told.err


@pytest.mark.parametrize("willing", [False, True])
def test_of_an_excluded_site_the_usual_addresses_are_asked_elsewhere_if_a_person_says_so(tmp_path, willing):
    visits = two_archives.history(random.Random(19), 5)
    url = "http://other.example/legal/privacy"
    excluded = {"/cdx/": [Answered(403, {}, EXCLUDED)] * 9}
    with WaybackServer(tmp_path, excluded) as a, WaybackServer(write(tmp_path / "b", visits, url)) as b:
        arguments = {"fallback_excluded": "1"} if willing else {}
        run = fallen_back(tmp_path, a, b, url="", site="other.example", **arguments)
        assert run.code == 1, run.err  # the exclusion is told
        assert {path for path in a.asked if "/legal/" in path} == set()
        assert (b.asked.total() > 0) is willing
    found = {wording for *_, wording in wordings(tmp_path / "x.db")}
    assert len(found) == (len({one.edition for one in visits}) if willing else 0)
    assert rows(tmp_path / "x.db", "SELECT count(*) FROM policies") == [(int(willing),)]


def test_what_is_forgotten_is_asked_of_nobody(tmp_path):
    visits = two_archives.history(random.Random(11), 6)
    with WaybackServer(write(tmp_path / "a", visits[:1])) as a, WaybackServer(write(tmp_path / "b", visits)) as b:
        assert crawl(tmp_path / "x.db", a.archive, settings=CHANGES, url=POLICY).code == 0
        forgot = ["forget", "gap.example", "--yes", "--reason", "asked to", "--db", str(tmp_path / "x.db")]
        assert CliRunner().invoke(main, forgot).exit_code == 0
        fallen_back(tmp_path, a, b, until="2020", fallback_excluded="1")
        assert b.asked.total() == 0


class Later(list):
    """Answers that are given once something has happened: until then, the request waits."""

    def __init__(self, answers, happened):
        super().__init__(answers)
        self.happened = happened

    def pop(self, index=-1):
        self.happened.wait(60)
        return super().pop(index)


@pytest.mark.parametrize("banned", ["first", "fallback"])
def test_one_is_banned_while_the_other_goes_on(tmp_path, banned):
    """Each has its own pause. Of the first: what it has told all of goes on elsewhere. Of the other: the first goes on."""
    chance = random.Random(13)
    visits = two_archives.history(chance, 8)
    kept, lost = [*visits[:3], *visits[5:]], visits[3:5]
    write(tmp_path / "a", kept)
    others = [replace(one, at=one.at + timedelta(hours=5)) for one in kept]  # pages of their own bytes
    write(tmp_path / "a", others, OTHER)
    write(tmp_path / "b", lost)
    told = threading.Event()  # all captures of the first policy have been asked for
    faults = {f"/web/{others[-1].timestamp}id_/{OTHER}": Later([SLOW_DOWN] * 99, told)}
    with (
        WaybackServer(tmp_path / "a", faults if banned == "first" else {}) as a,
        WaybackServer(tmp_path / "b", {"/cdx/": [SLOW_DOWN] * 99} if banned == "fallback" else {}) as b,
    ):
        all_of_first = {f"/web/{one.timestamp}id_/{POLICY}" for one in kept}
        a.weather = lambda: told.set() if all_of_first <= set(a.asked) else None
        run = fallen_back(tmp_path, a, b, url=f"{POLICY},{OTHER}")
        assert run.code == 3, run.err
        with closing(LimitsFile(tmp_path / "state")) as limits:
            paused = {one.archive for one in limits.stored(0.0) if one.pause.strikes}
        assert paused == {a.archive if banned == "first" else b.archive}
        if banned == "first":
            assert a.asked[f"/web/{others[-1].timestamp}id_/{OTHER}"] == 1
            assert {path for path in b.asked if OTHER in path} == set()
            asked = {path for path in b.asked if path.startswith("/web/")}
            assert asked <= {f"/web/{one.timestamp}id_/{POLICY}" for one in lost}
            assert asked
        else:
            assert 1 <= b.asked.total() <= 2  # both listings had left before the answer came
            read = rows(tmp_path / "x.db", "SELECT count(*) FROM captures WHERE outcome = 'fetched'")
            assert read == [(2 * len(kept),)]


@pytest.mark.parametrize("pause", ["before the run", "at its first request"])
def test_a_first_archive_that_pauses_at_the_start_leaves_the_others_to_be_asked(tmp_path, pause):
    """Of what it has told nothing, all is a hole; of what it told before, only the holes. It itself is not asked."""
    visits = two_archives.history(random.Random(17), 8)
    kept, lost = [*visits[:3], *visits[5:]], visits[3:5]
    write(tmp_path / "a", kept)
    write(tmp_path / "b", visits)
    write(tmp_path / "b", visits, OTHER)
    with WaybackServer(tmp_path / "a") as a:
        assert crawl(tmp_path / "x.db", a.archive, settings=CHANGES, url=POLICY).code == 0
        before = a.asked.total()
        a.faults["/cdx/"] = [SLOW_DOWN] * 99
        with WaybackServer(tmp_path / "b") as b:
            if pause == "before the run":
                assert crawl(tmp_path / "y.db", a.archive, settings=CHANGES, url=POLICY).code == 3
                before = a.asked.total()
            run = fallen_back(tmp_path, a, b, url=f"{POLICY},{OTHER}")
            assert run.code == 3, run.err  # the first one has to be asked once more
            assert a.asked.total() <= before + (0 if pause == "before the run" else 2)
            played = {path for path in b.asked if path.startswith("/web/") and path.endswith(f"id_/{POLICY}")}
    assert played == {f"/web/{one.timestamp}id_/{POLICY}" for one in lost}
    found = rows(
        tmp_path / "x.db", "SELECT count(*) FROM captures WHERE original = ? AND payload_id IS NOT NULL", OTHER
    )
    assert found[0][0] > 1
    found = rows(tmp_path / "x.db", "SELECT DISTINCT archive FROM captures WHERE original = ?", OTHER)
    assert found == [(b.archive,)]


def test_an_archive_named_twice_is_an_error(tmp_path):
    run = crawl(tmp_path / "x.db", "sample", fallback="sample", url=POLICY)
    assert run.code == 2
    assert "named twice" in run.err


@pytest.fixture(scope="module")
def of_two(tmp_path_factory):
    """A history of four versions, of which two archives have two each: (database, first archive, other archive)."""
    folder = tmp_path_factory.mktemp("two")
    visits = [two_archives.Visit(two_archives.FIRST + timedelta(days=200 * number), number + 1) for number in range(4)]
    with (
        WaybackServer(write(folder / "a", [visits[0], visits[3]])) as a,
        WaybackServer(write(folder / "b", visits[1:3])) as b,
    ):
        run = fallen_back(folder, a, b)
        assert run.code == 0, run.err
        yield folder / "x.db", a.archive, b.archive


def said(database, folder, *arguments):
    """What a command prints, or the files that it writes, as one text."""
    done = CliRunner().invoke(main, [*arguments, "--db", str(database)])
    assert done.exit_code == 0, (arguments, done.output)
    written = [path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file() and path.suffix != ".zip"]
    for path in folder.rglob("*.zip"):
        with zipfile.ZipFile(path) as file:
            written += [file.read(name) for name in file.namelist()]
    return done.stdout + done.stderr + "".join(one.decode("utf-8", "replace") for one in written)


@pytest.mark.parametrize(
    "command",
    [
        "timeline gap.example",
        "timeline gap.example --json",
        "coverage gap.example --json",
        "show gap.example 2",
        "show gap.example 2 --json",
        "diff gap.example 1 2 --json",
        "export --format jsonl --out PATH.jsonl",
        "export --format csv --out PATH.csv",
        "export --format ota --out PATH",
        "export --format git --out PATH",
        "export --format site --out PATH",
        "feed gap.example --json",
        "export --format bundle gap.example --change 2 --out PATH.zip",
    ],
)
def test_who_rests_on_a_capture_names_its_archive(of_two, tmp_path, command):
    """Version 2 came out of the other archive, and the change to it rests on a capture of each."""
    database, first, other = of_two
    path = tmp_path / "out"
    shown = said(database, tmp_path, *(word.replace("PATH", str(path)) for word in command.split()))
    if command.startswith("export --format git"):
        git = ["git", "-C", str(path), "log", "--all", "--format=%B"]
        shown += subprocess.run(git, check=True, capture_output=True, text=True).stdout
    assert other in shown
    assert first in shown or command.startswith("show")


def test_a_crawl_over_two_archives_that_is_killed_anywhere_loses_and_repeats_nothing(tmp_path):
    """Killed while the first archive is asked, at the first capture of the other one, and amid its captures. What was kept by
    then is asked for again in neither; the history, and what each archive gave, are those of a crawl that nobody broke off.
    """
    chance = random.Random(4)
    visits = two_archives.history(chance, 40)
    kept, lost = split(visits, chance, 0.6)
    folders = write(tmp_path / "a", kept), write(tmp_path / "b", lost)
    whole, database = tmp_path / "whole" / "x.db", tmp_path / "killed" / "x.db"
    for one in (whole, database):
        one.parent.mkdir()
    with WaybackServer(folders[0]) as a, WaybackServer(folders[1]) as b:
        run = crawl(whole, a.archive, settings=CHANGES, fallback=b.archive, url=POLICY)
        assert run.code == 0, run.err
        gave = given(whole, a, b)
    with WaybackServer(folders[0]) as a, WaybackServer(folders[1]) as b:
        before = [set(), set()]
        for server, number in ((a, 8), (b, 1), (b, IN_FLIGHT + 2)):  # of the last, something is kept
            then = [one.asked.copy() for one in (a, b)]
            told = {"fallback": b.archive, "url": POLICY, "strategy": "changes"}
            code, group = killed_at(number, server, database, a.archive, **told)
            assert code == -signal.SIGKILL
            assert group_ends(group), "workers outlive a crawl that was killed"
            now = [one.asked.copy() for one in (a, b)]
            assert not [
                path for paths, x, y in zip(before, then, now, strict=True) for path in paths if y[path] > x[path]
            ]
            before = given(database, a, b)
        assert all(before)  # something of either archive was kept before the last run
        then = [one.asked.copy() for one in (a, b)]
        run = fallen_back(database.parent, a, b)
        assert run.code == 0, run.err
        assert not [n for n, one in enumerate((a, b)) for path in before[n] if one.asked[path] > then[n][path]]
        assert given(database, a, b) == gave
        for one, paths in zip((a, b), gave, strict=True):  # under way when it was killed, and not kept: asked for again
            asked = {path: count for path, count in one.asked.items() if path.startswith("/web/")}
            assert asked.keys() == paths
            assert sum(asked.values()) - len(asked) <= 3 * IN_FLIGHT
    assert wordings(database) == wordings(whole)
    assert rows(database, "PRAGMA integrity_check") == [("ok",)]
    assert rows(database, "SELECT listed, fetched FROM certainty") == rows(
        whole, "SELECT listed, fetched FROM certainty"
    )


def given(database, *servers):
    """The playback paths of what each archive gave and is kept."""
    asked = (
        "SELECT '/web/' || timestamp || 'id_/' || original FROM captures WHERE fetched_at IS NOT NULL AND archive = ?"
    )
    return [{path for (path,) in rows(database, asked, one.archive)} for one in servers]

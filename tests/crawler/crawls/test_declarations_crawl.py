"""Declarations, end to end: the sample crawled by them, again with other ones, and read anew."""

import json
import shutil

import pytest
from click.testing import CliRunner

from cli.main import main
from crawler.archives.errors import ConfigError
from crawler.targets.declarations import Declared
from crawler.targets.lists import BadLine
from crawler.targets.targets import Target, read_targets
from tests.crawling import SHARED, crawl, history, rows

URL = "http://lumenkart.example/privacy"
PART = {"startBefore": "h2:nth-of-type(4)", "endBefore": "h2:nth-of-type(5)"}  # a section of the policy
REAL = SHARED / "discovery" / "ota-declarations"


def write(folder, service="Lumenkart", history=None, **terms):
    folder.mkdir(exist_ok=True)
    named = {name.replace("_", " "): entry for name, entry in terms.items()}
    (folder / f"{service}.json").write_text(json.dumps({"name": service, "terms": named}), encoding="utf-8")
    if history is not None:
        (folder / f"{service}.history.json").write_text(json.dumps(history), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def crawled(tmp_path_factory):
    """The sample by a declaration: a section is left out, and another service is not in the archive."""
    folder = write(
        tmp_path_factory.mktemp("x") / "declarations",
        Privacy_Policy={"fetch": URL, "select": "main", "remove": PART},
        history={"Privacy Policy": [{"fetch": URL, "select": ".nothing", "validUntil": "2020-01-01T00:00:00Z"}]},
    )
    write(folder, "Broken", Privacy_Policy={"select": "main"})
    database = folder.parent / "x.db"
    return database, crawl(database, "sample", declarations=str(folder))


def test_declared_pages_are_read_with_their_hints_and_say_so(crawled):
    database, run = crawled
    assert run.code == 1  # of the broken one
    assert "Broken.json: Broken, Privacy Policy: it has no `fetch`" in run.out + run.err or "bad_input" in run.out
    notes = rows(database, "SELECT DISTINCT json_extract(decisions, '$[0]') FROM findings")
    assert notes == [("Declared selectors took 1 part, 1 left out (OTA declaration Lumenkart, Privacy Policy).",)]
    (extractor,) = rows(
        database, "SELECT DISTINCT extractor FROM extractors JOIN policies ON extractor_id = extractors.id"
    )
    assert "+declared-" in extractor[0]
    evidence = rows(database, "SELECT url, valid_from, valid_to, evidence FROM policy_urls WHERE url = ?", URL)
    assert evidence == [(URL, None, None, "OTA declaration Lumenkart, Privacy Policy")]


def test_the_part_that_is_left_out_is_in_no_version(crawled, sample_db):
    def words(database):
        return [
            n for (n,) in rows(database, "SELECT words FROM timeline WHERE site = 'lumenkart.example' ORDER BY version")
        ]

    assert len(words(crawled[0])) == len(words(sample_db))
    assert all(part < whole - 20 for part, whole in zip(words(crawled[0]), words(sample_db), strict=True))


def test_other_declarations_read_all_anew_without_a_request_and_so_does_re_extract(crawled, tmp_path):
    database = tmp_path / "x.db"
    shutil.copy(crawled[0], database)
    folder = write(tmp_path / "declarations", Privacy_Policy={"fetch": URL, "select": "main"})
    run = crawl(database, "sample", declarations=str(folder))
    assert (run.code, " 0 fetched" in run.out) == (0, True), run.out + run.err
    whole = history(database)
    assert whole != history(crawled[0])
    result = CliRunner().invoke(main, ["re-extract", "--db", str(database), "--processes", "1"])
    assert "Nothing to read" in result.output
    assert history(database) == whole
    # what the declared part and the program's own reading agree on is the same wording
    plain = tmp_path / "plain.db"
    assert crawl(plain, "sample", url=URL).code == 0
    assert [row[2:] for row in history(plain)] == [row[2:] for row in whole]


def test_re_extract_applies_hints_again(crawled, tmp_path):
    database = tmp_path / "x.db"
    shutil.copy(crawled[0], database)
    before = history(database)
    import sqlite3  # noqa: PLC0415

    with sqlite3.connect(database) as db:
        db.execute("UPDATE extractors SET extractor = 'policylapse-0'")
    db.close()
    result = CliRunner().invoke(main, ["re-extract", "--db", str(database), "--processes", "1", "--json"])
    (row,) = json.loads(result.output)["policies"]
    assert (row["differing"], row["technical"], row["read"] > 10) == (0, {"gone": [], "come": []}, True)
    assert history(database) == before


# folders and files


def found(*paths, terms=()):
    targets = list(read_targets(declarations=paths, terms=terms))
    return [one.declared.terms if isinstance(one, Target) else one.where for one in targets]


def test_folders_files_and_repositories(tmp_path):
    folder = write(tmp_path / "declarations", "A", Privacy_Policy={"fetch": "http://a.example/p"})
    write(
        folder,
        "b.example",
        Privacy_Policy={"fetch": "http://b.example/p"},
        Terms_of_Service={"fetch": "http://b.example/t"},
        history={"Privacy Policy": []},
    )
    for paths in (
        [folder],
        [tmp_path],
        [folder / "A.json", folder / "b.example.json"],
        sorted(folder.iterdir()),
        [folder, folder],
    ):
        assert found(*paths) == ["Privacy Policy", "Privacy Policy"]
    assert found(folder, terms=["terms"]) == ["Terms of Service"]
    assert found(folder / "b.example.history.json") == ["Privacy Policy"]


def test_what_is_declared_counts_where_the_url_is_named_too(tmp_path):
    folder = write(tmp_path / "d", Privacy_Policy={"fetch": URL})
    (target,) = read_targets(urls=[URL], declarations=[folder])
    assert isinstance(target.declared, Declared)


def test_files_that_are_no_declarations_are_told_and_the_rest_goes_on(tmp_path):
    folder = write(tmp_path / "d", Privacy_Policy={"fetch": URL})
    (folder / "a.json").write_bytes(b"\xff\xfe{")
    (folder / "z.json").write_text("[]")
    good, bad, other = read_targets(declarations=[folder])
    assert [type(one) for one in (good, bad, other)] == [Target, BadLine, BadLine]
    assert [one.where.rpartition("/")[2] for one in (bad, other)] == ["a.json", "z.json"]


def test_what_has_nothing_of_the_terms_says_what_it_has(tmp_path):
    folder = write(tmp_path / "d", Trackers_Policy={"fetch": URL})
    with pytest.raises(ConfigError, match=r"has privacy; they have Trackers Policy: choose with terms="):
        read_targets(declarations=[folder], urls=[URL])
    (tmp_path / "none").mkdir()
    with pytest.raises(ConfigError, match="there is no declaration"):
        read_targets(declarations=[tmp_path / "none"])
    with pytest.raises(ConfigError, match="it is no folder and no JSON file"):
        read_targets(declarations=[tmp_path / "missing"])


@pytest.mark.shared
@pytest.mark.skipif(not REAL.is_dir(), reason=f"no real declarations in {REAL}")
def test_real_declarations_are_taken_as_they_are():
    targets = list(read_targets(declarations=[REAL]))
    assert [target.site for target in targets] == [
        "123greetings.com",
        "airbnb.co.uk",
        "apple.com",
        "discord.com",
        "facebook.com",
    ]
    assert len(found(REAL, terms=["all"])) > 15


def test_documents_declared_at_one_url_are_policies_of_their_own(tmp_path, sample_db):
    """Three documents of one page, told apart by their selectors: each is a policy with its own text."""
    folder = write(
        tmp_path / "declarations",
        Privacy_Policy={"fetch": URL, "select": "main", "remove": PART},
        Terms_of_Service={"fetch": URL, "select": "main"},
        Trackers_Policy={"fetch": URL, "select": PART},
        Live_Policy={"fetch": URL, "select": ".on-no-page"},
    )
    database = tmp_path / "x.db"
    crawl(database, "sample", declarations=str(folder), terms="all")
    found = rows(
        database,
        "SELECT p.part, max(v.words) FROM policies p JOIN timeline v ON v.policy_id = p.id "
        "GROUP BY p.id ORDER BY p.part",
    )
    words = dict(found)
    assert sorted(words) == ["", "Live Policy", "Terms of Service", "Trackers Policy"]
    assert words["Trackers Policy"] < words[""] < words["Terms of Service"]
    assert words[""] + words["Trackers Policy"] <= words["Terms of Service"] + 10
    assert words["Live Policy"] == max(
        n for (n,) in rows(sample_db, "SELECT words FROM timeline WHERE site = 'lumenkart.example'")
    )
    again = crawl(database, "sample", declarations=str(folder), terms="all")
    assert again.code == 0
    assert rows(database, "SELECT count(*) FROM policies") == [(4,)]
    listed = CliRunner().invoke(main, ["show", "--db", str(database), "lumenkart.example"])
    assert f"{URL} (Terms of Service)" in listed.output

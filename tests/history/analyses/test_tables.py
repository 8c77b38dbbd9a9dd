"""What is computed of shards is what the commands say of the database, whoever computes it and however often."""

import json
import re
import sqlite3
from contextlib import closing
from io import BytesIO

import pyarrow as pa
import pytest
from click.testing import CliRunner
from pyarrow import parquet

from cli.main import main
from crawler.archives.errors import StoreError
from crawler.archives.timestamps import format_iso
from history.analyses.tables import TABLES, work_of
from history.analyses.versions import VERSIONS, policies_of, put_out
from history.claims.said import read_said
from history.claims.what import own_party
from history.database import open_database
from history.export.edits import write_edits
from history.export.formats import Job
from history.search.trends import texts_having
from history.sites import all_policies
from history.timeline.timeline import read_versions
from pipelines.shards.place import JobFolders
from pipelines.shards.work import read_shards
from tests.databases.stored import Seen, write

KEEP = "We keep the data of your account for {} days after you close it."
SELL = "We do not sell your personal data to anyone."
SITES = {
    "shop.example": (
        (0, KEEP.format(30)),
        (40, KEEP.format(90)),
        (80, f"{KEEP.format(90)}\n{SELL}"),
        (120, KEEP.format(30)),
    ),
    "news.example": ((0, f"{SELL}\n{SELL}"), (50, f"{SELL}\nData go to Google Analytics. {KEEP.format(14)}")),
}


@pytest.fixture(scope="module")
def db(tmp_path_factory):
    path = write(
        tmp_path_factory.mktemp("tables") / "x.db",
        [
            Seen(day, text, url=f"http://{site}/privacy", site=site)
            for site, seen in SITES.items()
            for day, text in seen
        ],
    )
    with closing(sqlite3.connect(path)) as raw, raw:
        raw.execute("UPDATE texts SET language = 'en'")
    with closing(open_database(path)) as db:
        yield db


def table(place, name):
    found = [parquet.read_table(BytesIO(place.open(name, one).read())).to_pylist() for one in place.names(name)]
    return [row for rows in found for row in rows]


def test_a_shard_has_all_that_is_known_of_its_policies(db, tmp_path):
    place = JobFolders(str(tmp_path))
    count, names = put_out(db, place, size=1)
    assert (count, len(names)) == (2, 2)
    for policy, name in zip(all_policies(db), names, strict=True):
        (one,) = policies_of(place, name)
        assert (one.site, one.policy_url) == (policy.site, policy.policy_url)
        assert list(one.versions) == list(read_versions(db, policy))
        assert len(one.blocks) == len(set(one.blocks))
        texts = ["\n".join(block.markdown for block in one.text(number)[0]) for number in range(len(one.versions))]
        assert texts == [text for _day, text in SITES[policy.site]]


@pytest.mark.parametrize(
    "change", ["a block too many", "a block before the first", "a text too few", "a language too few"]
)
def test_a_shard_whose_texts_are_not_whole_stops_no_other(db, tmp_path, change):
    """It may have lain anywhere."""
    place = JobFolders(str(tmp_path))
    put_out(db, place, size=1)
    poisoned, good = place.names(VERSIONS)
    path = tmp_path / VERSIONS / f"{poisoned}.parquet"
    (row,) = parquet.read_table(path).to_pylist()
    texts = json.loads(row["texts"])
    if change == "a text too few":
        texts.pop()
    elif change == "a language too few":
        texts[0]["languages"].pop()
    else:
        texts[0]["blocks"][0] = len(json.loads(row["blocks"])) if change == "a block too many" else -1
    parquet.write_table(pa.Table.from_pylist([row | {"texts": json.dumps(texts)}]), path)
    for name in TABLES:
        list(read_shards(place, place.to_read(VERSIONS, name), None, work_of(name)))
        assert place.names(name) == [good]
        assert "damaged" in place.failures(name)[poisoned]


@pytest.mark.parametrize("name", list(TABLES))
def test_the_same_files_however_policies_are_put_together(db, tmp_path, name):
    rows = []
    for size in (1, 10**9):
        place = JobFolders(str(tmp_path / str(size)))
        put_out(db, place, size=size)
        before = {one: place.open(VERSIONS, one).read() for one in place.names(VERSIONS)}
        put_out(db, place, size=size)
        assert before == {one: place.open(VERSIONS, one).read() for one in place.names(VERSIONS)}
        done = list(read_shards(place, place.to_read(VERSIONS, name), None, work_of(name)))
        assert not place.to_read(VERSIONS, name)
        rows.append(table(place, name))
        assert sum(one.rows for one in done) == len(rows[-1])
        assert sum(one.pages for one in done) == 2
    assert rows[0] == rows[1] != []


def test_claims_are_those_of_each_version(db, tmp_path):
    place = JobFolders(str(tmp_path))
    put_out(db, place)
    list(read_shards(place, place.to_read(VERSIONS, "claims"), None, work_of("claims")))
    rows = table(place, "claims")
    for policy in all_policies(db):
        own = own_party(policy.site)
        for version in read_versions(db, policy):
            (said,) = read_said(db, [version.text_id]).values()
            stands = {
                (row["category"], row["subject"], row["polarity"], row["value"], row["sentence"])
                for row in rows
                if row["site"] == policy.site and row["from_version"] <= version.version <= row["to_version"]
            }
            assert stands == {
                (one.what.category, one.what.subject, one.what.polarity.value, one.what.value, one.sentence)
                for one in said
                if one.what != own
            }
    periods = {(row["from_version"], row["to_version"], row["value"]) for row in rows if row["category"] == "retention"}
    assert {(1, 1, "P30D"), (2, 3, "P90D"), (4, 4, "P30D")} <= periods


def test_edits_are_those_of_the_export(db, tmp_path):
    place = JobFolders(str(tmp_path))
    put_out(db, place)
    list(read_shards(place, place.to_read(VERSIONS, "edits"), None, work_of("edits")))
    stream = BytesIO()
    write_edits(Job(db, all_policies(db), tmp_path / "x", "test"), stream)
    exported = [json.loads(line) for line in stream.getvalue().splitlines()]
    for row in (rows := table(place, "edits")):
        row |= {name: format_iso(row[name]) for name in ("not_before", "not_after")}
        row["categories"] = row["categories"].split()
    assert rows == exported != []


def test_words_are_found_where_the_index_finds_them(db, tmp_path):
    place = JobFolders(str(tmp_path))
    put_out(db, place)
    list(read_shards(place, place.to_read(VERSIONS, "words"), None, work_of("words")))
    rows = table(place, "words")
    for word in ("sell", "90", "google", "account"):
        having = texts_having(db, word)
        for policy in all_policies(db):
            has = [
                any(
                    row["from_version"] <= version.version <= row["to_version"]
                    for row in rows
                    if row["site"] == policy.site and row["word"] == word
                )
                for version in read_versions(db, policy)
            ]
            assert has == [version.text_id in having for version in read_versions(db, policy)]
    (twice,) = [row for row in rows if row["word"] == "sell" and row["times"] == 2]
    assert (twice["site"], twice["from_version"], twice["to_version"]) == ("news.example", 1, 1)


@pytest.mark.parametrize("damaged", [b"", b"PAR1", b"PAR1" * 100])
def test_a_damaged_shard_is_an_error_of_its_own(db, tmp_path, damaged):
    place = JobFolders(str(tmp_path))
    _count, (bad, good) = put_out(db, place, size=1)
    (tmp_path / VERSIONS / f"{bad}.parquet").write_bytes(damaged)
    came = list(read_shards(place, [bad, good], None, work_of("words")))
    assert [one[0] if isinstance(one, tuple) else one.name for one in came] == [bad, good]
    assert place.names("words") == [good]
    assert list(place.failures("words")) == [bad]
    with pytest.raises(StoreError):
        list(policies_of(place, bad))


def test_what_is_printed_of_a_shard_that_failed_runs_as_it_stands(db, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (path,) = [row[2] for row in db.execute("PRAGMA database_list")]
    monkeypatch.setenv("POLICYLAPSE_DB", path)
    out = "shard out --into job --work words"
    assert CliRunner().invoke(main, out.split()).exit_code == 0
    (shard,) = (tmp_path / "job" / VERSIONS).iterdir()
    shard.write_bytes(b"PAR1")
    done = CliRunner().invoke(main, "shard read job --work words".split())
    assert done.exit_code == 1
    told = re.findall(r"`policylapse ([^`]+)`", " ".join(done.output.split()))
    assert told == [out, "shard read job --work words"]
    shard.unlink()
    assert [CliRunner().invoke(main, words.split()).exit_code for words in told] == [0, 0]
    assert table(JobFolders("job"), "words")

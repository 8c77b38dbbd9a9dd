"""The matrix of claims says what `claims` says of each version, in CSV and in Parquet, the same bytes each time."""

import csv
from contextlib import closing

import pytest
from pyarrow import parquet

from crawler.archives.errors import StoreError
from crawler.archives.timestamps import format_iso
from history.claims.over_sites import says_of
from history.database import open_database
from history.export.claim_matrix import claim_columns, write_matrix
from history.sites import all_policies
from history.timeline.citations import resolve
from history.timeline.timeline import read_versions
from pipelines.claims.texts import reading_version


@pytest.fixture
def path(history_db):
    shown = history_db.shown
    history_db.policy(
        "https://a.example/privacy",
        shown("2012-03-01", "We keep your orders for two years.\n\nWe keep invoices for six years."),
        shown("2014-03-01", "We do not sell your personal information.\n\nWe use Google Analytics."),
    )
    return history_db.policy("https://b.example/privacy", shown("2015-01-01", "=The shop is open."))


def written(path, file):
    with closing(open_database(path)) as db:
        write_matrix(db, all_policies(db), file)
    return file.read_bytes()


def test_csv_and_parquet_have_the_claims_of_each_version(path, tmp_path):
    written(path, tmp_path / "m.csv")
    written(path, tmp_path / "m.parquet")
    rows = list(csv.DictReader((tmp_path / "m.csv").read_text(encoding="utf-8").splitlines()))
    table = parquet.read_table(tmp_path / "m.parquet")
    assert table.schema.metadata[b"rules"] == reading_version().encode()
    same = [
        {name: "" if v is None else format_iso(v) if hasattr(v, "year") else str(v) for name, v in row.items()}
        for row in table.to_pylist()
    ]
    assert same == rows
    first, second, third = rows
    assert first["retention.period"] == "P2Y; P6Y"
    assert (second["sale.sell"], second["party"]) == ("no", "google")
    assert not any(third[name] for name in claim_columns())
    with closing(open_database(path)) as db:
        for policy in all_policies(db):
            versions = read_versions(db, policy)
            for version, says in zip(versions, says_of(db, policy, versions), strict=True):
                (row,) = [one for one in rows if (one["site"], one["version"]) == (policy.site, str(version.version))]
                filled = {name for name in claim_columns() if row[name]}
                assert filled == {"party" if s.what.category == "party" else s.what.name for s in says}


def test_a_citation_leads_to_its_version_where_a_site_has_several_policies(path, history_db, tmp_path):
    text = "We keep your orders for two years.\n\nWe keep invoices for six years."  # as the other one's first version
    history_db.policy("https://a.example/cookies", history_db.shown("2012-03-01", text), site="a.example")
    written(path, tmp_path / "m.csv")
    rows = list(csv.DictReader((tmp_path / "m.csv").read_text(encoding="utf-8").splitlines()))
    assert len(rows) == 4
    with closing(open_database(path)) as db:
        for row in rows:
            found = resolve(db, row["citation"])
            assert (found.policy.policy_url, found.version.version) == (row["policy_url"], int(row["version"]))


@pytest.mark.parametrize("name", ["m.csv", "m.parquet"])
def test_the_same_database_gives_the_same_bytes_and_no_half_a_file(path, tmp_path, name):
    assert written(path, tmp_path / name) == written(path, tmp_path / f"again-{name}")
    with pytest.raises(StoreError, match="cannot write"):
        written(path, tmp_path / "nowhere" / name)
    assert not list(tmp_path.glob("*.partial"))

"""Open Terms Archive's layout, and Memento TimeMaps."""

import json
import re
from contextlib import closing
from email.utils import parsedate_to_datetime
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cli.giving.export import policies_of
from history.database import open_database
from history.export.formats import FORMATS, Job, run_export
from history.export.timemap import Span, json_format, link_format
from history.export.writing.records import COLUMNS
from tests.crawling import rows


def export(name, database, out):
    with closing(open_database(database)) as db:
        return run_export(FORMATS[name], Job(db, policies_of(db, ()), out, "test/1"))


# Open Terms Archive

DATE = r"\d{4}-\d\d-\d\dT\d\d-\d\d-\d\dZ"  # as their datasets have it: scripts/dataset of OpenTermsArchive/engine


def test_services_types_and_dates(sample_db, tmp_path):
    export("ota", sample_db, tmp_path / "x")
    found = {path.relative_to(tmp_path / "x").as_posix() for path in (tmp_path / "x").rglob("*.md")} - {"README.md"}
    assert all(re.fullmatch(rf"[a-z]+\.example/Privacy Policy/{DATE}\.md", path) for path in found)
    wanted = {
        f"{site}/Privacy Policy/{first.replace(':', '-')}.md"
        for site, first in rows(sample_db, "SELECT site, first_seen FROM timeline")
    }
    assert found == wanted
    assert "metadata.jsonl" in (tmp_path / "x" / "README.md").read_text("utf-8")


def test_each_file_has_its_evidence(sample_db, tmp_path):
    export("ota", sample_db, tmp_path / "x")
    lines = [json.loads(line) for line in (tmp_path / "x" / "metadata.jsonl").read_text("utf-8").splitlines()]
    names = {name for name, *_ in COLUMNS} - {"text"}
    assert all(set(line) == names | {"path"} for line in lines)
    assert all((tmp_path / "x" / line["path"]).is_file() for line in lines)
    assert [(line["site"], line["first_seen"], line["not_before"]) for line in lines] == rows(
        sample_db, "SELECT site, first_seen, previous_last_seen FROM timeline ORDER BY site, version"
    )


def test_several_documents_of_a_type_and_versions_of_a_second(history_db, tmp_path):
    shown = history_db.shown
    history_db.policy("http://a.example/privacy", shown("2018-01-01", "We keep data."))
    history_db.policy(
        "http://a.example/de/privacy", shown("2018-01-01", "We keep data."), shown("2018-02-01", "We sell data.")
    )
    history_db.policy("http://a.example/tos", shown("2018-01-01", "You may not."))
    db = history_db.db
    db.execute("UPDATE versions SET first_seen = (SELECT min(first_seen) FROM versions)")
    db.execute("UPDATE finding_rows SET kind = 'terms' WHERE id = (SELECT max(id) FROM findings)")
    db.conn.commit()
    done = export("ota", history_db.path, tmp_path / "x")
    assert [file["path"] for file in json.loads(done.manifest_path.read_text())["files"]] == [
        "README.md",
        "a.example/Privacy Policy #privacy/2018-01-01T12-00-00Z.md",
        "a.example/Privacy Policy #de_privacy/2018-01-01T12-00-00Z.md",
        "a.example/Privacy Policy #de_privacy/2018-01-01T12-00-00Z-2.md",
        "a.example/Terms of Service/2018-01-01T12-00-00Z.md",
        "metadata.jsonl",
    ]


def test_a_declared_policy_is_filed_under_its_service_and_type(history_db, tmp_path):
    for site, evidence in (
        ("a.example", "OTA declaration Tinder, Privacy Policy, page 1 of 2"),
        ("b.example", "OTA declaration Tinder, Privacy Policy, page 2 of 2, valid until 2020-01-01"),
        ("c.example", "OTA declaration Acme, Inc, Terms of Service"),
        ("d.example", "named by you"),
    ):
        history_db.policy(f"http://{site}/privacy", history_db.shown("2018-01-01", f"We keep data of {site}."))
        history_db.db.execute("UPDATE policy_urls SET evidence = ? WHERE url = ?", [evidence, f"http://{site}/privacy"])
    history_db.db.conn.commit()
    export("ota", history_db.path, tmp_path / "x")
    folders = {path.parent.relative_to(tmp_path / "x").as_posix() for path in (tmp_path / "x").glob("*/*/*.md")}
    assert {re.sub("-[0-9a-f]{8}$", "-KEY", folder) for folder in folders} == {
        "Tinder/Privacy Policy #privacy-KEY",
        "Acme_ Inc/Terms of Service",
        "d.example/Privacy Policy",
    }
    assert len(folders) == 4


# TimeMaps

LINK = re.compile(r'<(?P<uri>[^<>"\s]*)>; rel="(?P<rel>[^"]*)"(?P<rest>(?:; [a-z]+="[^"]*")*)')


def links(text):
    """The links of a document, as RFC 8288 has them: every line is one, joined by commas."""
    lines = text.removesuffix("\n").split(",\n")
    found = [LINK.fullmatch(line) for line in lines]
    assert all(found), lines
    return [(m["rel"], m["uri"], dict(re.findall(r'; ([a-z]+)="([^"]*)"', m["rest"]))) for m in found]


def test_every_capture_that_an_archive_gives(sample_db, tmp_path):
    done = export("timemap", sample_db, tmp_path / "x")
    found = [link for path in sorted((tmp_path / "x").rglob("*.link")) for link in links(path.read_text("utf-8"))]
    mementos = sorted(uri for rel, uri, _rest in found if "memento" in rel.split())
    wanted = rows(
        sample_db,
        "SELECT citation_url FROM captures WHERE urlkey IN (SELECT urlkey FROM policy_urls) AND outcome NOT IN "
        "('excluded', 'excluded_robots', 'not_archived', 'forgotten') ORDER BY 1",
    )
    assert mementos == [url for (url,) in wanted]
    assert done.manifest["counts"]["mementos"] == len(mementos)


def test_a_timemap_by_rfc_7089(sample_db, tmp_path):
    export("timemap", sample_db, tmp_path / "x")
    (original, own, *mementos) = links((tmp_path / "x" / "lumenkart.example" / "privacy.link").read_text("utf-8"))
    assert original == ("original", "http://lumenkart.example/privacy", {})
    dates = [parsedate_to_datetime(rest["datetime"]) for _rel, _uri, rest in mementos]
    assert all(a <= b for a, b in pairwise(dates))
    assert all(rest["datetime"].endswith(" GMT") for _rel, _uri, rest in mementos)
    assert own[:2] == ("self", "privacy.link")
    assert own[2] == {
        "type": "application/link-format",
        "from": mementos[0][2]["datetime"],
        "until": mementos[-1][2]["datetime"],
    }
    assert [rel for rel, *_ in mementos] == ["first memento", *["memento"] * (len(mementos) - 2), "last memento"]
    data = json.loads((tmp_path / "x" / "lumenkart.example" / "privacy.json").read_text("utf-8"))
    assert [one["uri"] for one in data["mementos"]["list"]] == [uri for _rel, uri, _rest in mementos]
    assert data["mementos"]["first"] == data["mementos"]["list"][0]
    assert data["mementos"]["last"] == data["mementos"]["list"][-1]
    assert data["original_uri"] == original[1]


def test_a_policy_that_moved_has_two(history_db, tmp_path):
    shown = history_db.shown
    history_db.policy(
        "http://a.example/p",
        shown("2018-01-01", "We keep data."),
        shown("2019-01-01", "We keep data.", url="http://a.example/q"),
        shown("2020-01-01", outcome="excluded"),
    )
    history_db.move("http://a.example/p", "http://a.example/q", "2018-06-01")
    done = export("timemap", history_db.path, tmp_path / "x")
    assert done.manifest["counts"] == {"timemaps": 2, "mementos": 2}
    assert {path.name for path in (tmp_path / "x" / "a.example").iterdir()} == {
        "p.link",
        "p.json",
        "p~2.link",
        "p~2.json",
    }
    assert done.manifest["left_out"]["captures_without_a_text"] == {"excluded": 1}
    (original, _own, memento) = links((tmp_path / "x" / "a.example" / "p~2.link").read_text())
    assert (original[1], memento[0]) == ("http://a.example/q", "first last memento")


@given(st.lists(st.text(st.characters(codec="utf-8"), min_size=1), min_size=1, max_size=3))
def test_an_index_cannot_write_links(urls):
    mementos = [("2018-01-01T00:00:00Z", url) for url in urls]
    span = Span(urls[0], "x", len(urls), "2018-01-01T00:00:00Z", "2018-01-01T00:00:00Z")
    text = b"".join(link_format(span, mementos)).decode()
    assert len(links(text)) == len(urls) + 2
    data = json.loads(b"".join(json_format(span, mementos)))
    assert [one["uri"] for one in data["mementos"]["list"]] == urls


def test_dates_before_the_web(history_db, tmp_path):
    history_db.policy("http://a.example/p", history_db.shown("1969-07-20", "We keep data."))
    export("timemap", history_db.path, tmp_path / "x")
    assert 'datetime="Sun, 20 Jul 1969 12:00:00 GMT"' in (tmp_path / "x" / "a.example" / "p.link").read_text()


@pytest.mark.parametrize("form", ["link", "json"])
def test_media_of_both(form, sample_db, tmp_path):
    export("timemap", sample_db, tmp_path / "x")
    assert len(list((tmp_path / "x").rglob(f"*.{form}"))) == 9 + (form == "json")  # and the manifest

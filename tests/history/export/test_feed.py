"""Atom feeds: valid by RFC 4287, stable when captures come late, safe with any text."""

import json
import re
from contextlib import closing
from dataclasses import replace
from datetime import datetime
from urllib.parse import urlsplit
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cli.giving.export import policies_of
from history.database import open_database
from history.export.feed import ATOM, Feed, FeedEntry, atom, json_feed, read_entries
from tests.crawling import rows

NOBODYS = Feed("", ()).authority

URL = "http://a.example/privacy"
# RFC 4287, 4.1: which children an element must have, and may have at most once; the rest may come as often as it likes
ONCE = {
    "feed": {"id", "title", "updated", "generator", "subtitle", "rights", "icon", "logo"},
    "entry": {"id", "title", "updated", "published", "summary", "content", "rights", "source"},
}
ANY = {
    "feed": {"author", "link", "category", "contributor", "entry"},
    "entry": {"author", "link", "category", "contributor"},
}
ALLOWED_LINK = {"href", "rel", "type", "hreflang", "title", "length"}


def name(element):
    namespace, _, tag = element.tag.removeprefix("{").partition("}")
    assert namespace == ATOM
    return tag


def check(xml):
    """Raise where a document is no Atom feed; return its root."""
    root = ET.fromstring(xml)
    assert name(root) == "feed"
    assert root.find(f"{{{ATOM}}}author/{{{ATOM}}}name").text, "entries without an author need one of the feed's"
    ids = []
    for element in (root, *root.findall(f"{{{ATOM}}}entry")):
        kind = name(element)
        children = [name(child) for child in element]
        assert {"id", "title", "updated"} <= set(children)
        assert set(children) <= ONCE[kind] | ANY[kind]
        assert all(children.count(tag) == 1 for tag in children if tag in ONCE[kind])
        for tag in ("updated", "published"):
            for child in element.findall(f"{{{ATOM}}}{tag}"):
                assert datetime.fromisoformat(child.text).tzinfo, "RFC 3339 with a zone"
        ids.append(element.find(f"{{{ATOM}}}id").text)
        links = element.findall(f"{{{ATOM}}}link")
        assert all(set(link.attrib) <= ALLOWED_LINK and urlsplit(link.attrib["href"]).scheme for link in links)
        assert all(re.fullmatch(r"[\x21-\x7e]+", link.attrib["href"]) for link in links)
        alternates = [(link.get("type"), link.get("hreflang")) for link in links if link.get("rel") == "alternate"]
        assert len(set(alternates)) == len(alternates)
        if kind == "entry":
            assert "content" in children
            assert element.find(f"{{{ATOM}}}content").get("type") == "html"
    assert len(set(ids)) == len(ids)
    assert all(re.fullmatch(r"tag:[A-Za-z0-9.-]+,2026:[\w%.~@/-]+", one, re.ASCII) for one in ids)
    return root


def entries(database, *sites, limit=100):
    with closing(open_database(database)) as db:
        return read_entries(db, policies_of(db, sites), limit)


def test_every_change_of_the_sample_newest_first(sample_db):
    found = entries(sample_db)
    wanted = rows(
        sample_db,
        "SELECT site, to_version, not_before, not_after, from_capture_url, to_capture_url, change_class FROM change_detail "
        "ORDER BY not_after DESC, site, policy_url, to_version DESC",
    )
    assert [
        (e.site, e.version, e.not_before, e.not_after, e.before_url, e.after_url, e.change_class) for e in found
    ] == wanted
    root = check(atom(Feed("", found), "test/1"))
    assert root.find(f"{{{ATOM}}}updated").text == found[0].not_after
    assert len(root.findall(f"{{{ATOM}}}entry")) == len(wanted)
    assert entries(sample_db, limit=3) == found[:3]
    assert {e.site for e in entries(sample_db, "lumenkart.example")} == {"lumenkart.example"}


def test_of_no_change(history_db):
    database = history_db.policy(URL, history_db.shown("2018-01-01", "We keep data."))
    root = check(atom(Feed("a.example", entries(database), "https://feeds.example/a.atom"), "test/1"))
    assert root.find(f"{{{ATOM}}}link").attrib == {
        "rel": "self",
        "type": "application/atom+xml",
        "href": "https://feeds.example/a.atom",
    }


REST = "\n\nYou can write to us at any time, and we answer within a month."  # so that they are one document
A, B, C = f"We keep data.{REST}", f"We keep data and sell it.{REST}", f"We keep nothing at all.{REST}"


def test_ids_stay_when_captures_come_late(history_db, tmp_path):
    """Brackets narrow and numbers shift; what was already told keeps its id."""
    shown = history_db.shown
    history_db.policy(
        URL, shown("2018-01-01", A), shown("2019-01-01", B), shown("2020-01-01", A), shown("2021-01-01", B)
    )
    early = entries(history_db.path)
    assert len({entry.id_of(NOBODYS) for entry in early}) == 3, "a wording that returns is another change"
    late = type(history_db)(tmp_path / "late.db")
    late.policy(
        URL,
        shown("2017-01-01", C),
        shown("2018-01-01", A),
        shown("2018-06-01", B),
        shown("2019-01-01", B),
        shown("2020-01-01", A),
        shown("2021-01-01", B),
    )
    late.db.conn.close()
    now = {entry.id_of(NOBODYS): entry for entry in entries(late.path)}
    assert {entry.id_of(NOBODYS) for entry in early} < set(now)
    (narrowed,) = [entry for entry in early if entry.not_after.startswith("2019")]
    assert now[narrowed.id_of(NOBODYS)].not_after.startswith("2018-06")
    assert now[narrowed.id_of(NOBODYS)].version == narrowed.version + 1


def test_sites_of_one_address_part_have_ids_of_their_own(history_db):
    shown = history_db.shown
    for url in ("http://a.example/privacy", "http://a.example/cookies", "http://b.example/privacy"):
        history_db.policy(url, shown("2018-01-01", A), shown("2019-01-01", B))
    assert len({entry.id_of(NOBODYS) for entry in entries(history_db.path)}) == 3


LINK = "https://web.archive.org/web/2019id_/http://a.example/"
ANYTHING = st.text(max_size=40)  # control characters, surrogates and all
LINE = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)


@given(ANYTHING, LINE, st.lists(ANYTHING, max_size=14).map(tuple), LINE)
def test_any_text_makes_a_valid_feed(site, url, sections, archive):
    entry = FeedEntry(
        site,
        f"http://{url}",
        2,
        1,
        "2018-01-01T00:00:00Z",
        "2018-02-01T00:00:00Z",
        "substantive",
        1_000,
        2,
        sections,
        "1f3a9c2e" * 8,
        f"{site}@2018-02-01.1f3a9c2e",
        f"https://archive/{archive}",
        f"https://archive/{archive}",
        "title",
        1,
    )
    root = check(atom(Feed("", (entry,), f"https://x/{url}"), "test/1"))
    content = root.find(f"{{{ATOM}}}entry/{{{ATOM}}}content").text
    assert set(re.findall(r"<(/?[a-z]+)", content)) == {"p", "/p", "a", "/a"}
    assert content.count("<a ") == 4
    json.dumps(json_feed(Feed("", (entry,)))).encode()


def test_a_feed_leads_people_to_the_replay_page_and_names_the_bytes(sample_db):
    (first, *_) = entries(sample_db)
    first = replace(first, before_url="https://web.archive.org/web/2018id_/http://a.example/", after_url=LINK)
    page, before = (
        "https://web.archive.org/web/2019/http://a.example/",
        "https://web.archive.org/web/2018/http://a.example/",
    )
    root = check(atom(Feed("", (first,)), "test/1"))
    assert [link.get("href") for link in root.iterfind(f"{{{ATOM}}}entry/{{{ATOM}}}link")] == [page, before]
    content = root.find(f"{{{ATOM}}}entry/{{{ATOM}}}content").text
    assert re.findall('href="([^"]*)"', content) == [before, page, first.before_url, LINK]
    (item,) = json_feed(Feed("", (first,)))["items"]
    change = item["_change"]
    assert (item["url"], change["before_replay_url"]) == (page, before)
    assert (change["archive_url"], change["before_archive_url"]) == (LINK, first.before_url)


def test_the_json_feed_has_the_same_entries(sample_db):
    found = entries(sample_db)
    data = json_feed(Feed("", found))
    assert data["version"] == "https://jsonfeed.org/version/1.1"
    assert [item["id"] for item in data["items"]] == [entry.id_of(NOBODYS) for entry in found]
    assert all(item["content_text"] and item["url"] and item["date_published"] for item in data["items"])


@pytest.mark.parametrize(("count", "said"), [(12, "h11."), (14, "h11; 2 more.")])
def test_sections_that_are_many_are_cut(count, said):
    sections = tuple(f"h{n}" for n in range(count))
    entry = FeedEntry("a", URL, 2, 1, "2018", "2019", "minor", 1, 1, sections, "0" * 64, "", "x:", "x:", "", 1)
    assert entry.summary.endswith(said)


def test_an_entry_shows_the_sentences_that_changed(sample_db):
    with closing(open_database(sample_db)) as db:
        found = read_entries(db, policies_of(db, ()), 100, {})
    assert any(entry.excerpt.sentences for entry in found)
    root = check(atom(Feed("", found), "test/1"))
    shown = "".join(content.text for content in root.iter(f"{{{ATOM}}}content"))
    assert "<ins " in shown or "<del " in shown
    assert "<script" not in shown


def test_ids_are_of_the_host_that_publishes_the_feed(sample_db):
    found = entries(sample_db)
    mine, other, nobody = (
        {item["id"] for item in json_feed(Feed("", found, url))["items"]}
        for url in ("https://a.example/f", "https://b.example/f", "")
    )
    assert len(mine) == len(found)
    assert not mine & (other | nobody)
    assert all(one.startswith("tag:a.example,2026:change/") for one in mine)
    assert nobody == {entry.id_of(NOBODYS) for entry in found}

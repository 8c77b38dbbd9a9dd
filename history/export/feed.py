"""Changes as an Atom feed (RFC 4287): one for all sites, one for each.

read_entries(db, policies, limit) ──► FeedEntry…, newest first ──► atom(feed) ──► bytes of XML; json_feed(feed) ──► dict

Ids are tag URIs (RFC 4151) of what does not move: the policy's URL and the wording that came, by how often it came. So
an entry keeps its id when a late capture narrows its bracket or shifts the numbers of versions. Dates are of captures:
the same database gives the same feed.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any
from urllib.parse import quote, urlsplit
from xml.etree import ElementTree as ET

from crawler.archives.memento import replay_url
from history.diff.diff import diff
from history.notify.html import excerpt_html
from history.notify.marked import Excerpt, first_of
from history.sites import PolicyRow
from history.timeline.citations import LENGTH, cite
from history.uris import link_data, uri
from pipelines.store.load import text_blocks

ATOM = "http://www.w3.org/2005/Atom"
# Nobody's domain (RFC 2606), so that nobody else's ids can be the same; the year in which such ids were first given.
_AUTHORITY = "tag:policylapse.invalid,2026:"
_NEVER = "1970-01-01T00:00:00Z"  # of a feed without entries
# XML 1.0, 2.2; and what a terminal would obey, or would change the order of what stands beside it
_NO_XML = re.compile("[^\t\n\r\x20-\x7e\xa0-\u2029\u202f-\u2065\u206a-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_SECTIONS = 12  # that an entry names
_HOST = re.compile(r"[A-Za-z0-9.-]{1,253}")
Excerpts = dict[tuple[int, int], Excerpt]  # by the texts that are compared

_CHANGES = """
SELECT n.policy_id, n.site, n.policy_url, n.version, o.version AS from_version, n.previous_last_seen AS not_before,
  n.first_seen AS not_after, n.change_class, n.words_added, n.words_removed, n.sections, n.wording,
  o.last_capture_url AS before_url, n.first_capture_url AS after_url,
  bc.archive AS before_archive, ac.archive AS after_archive, n.title, o.text_id AS from_text, n.text_id AS to_text,
  (SELECT count(*) FROM versions e JOIN policies q ON q.id = e.policy_id AND q.extractor_id = e.extractor_id
     WHERE e.policy_id = n.policy_id AND e.wording = n.wording AND e.version <= n.version) AS times
FROM timeline n JOIN timeline o ON o.policy_id = n.policy_id AND o.version = n.version - 1
JOIN versions bv ON bv.id = o.version_id JOIN captures bc ON bc.id = bv.last_capture_id
JOIN versions av ON av.id = n.version_id JOIN captures ac ON ac.id = av.first_capture_id
WHERE n.version_id IN (
  SELECT v.id FROM versions v JOIN policies p ON p.id = v.policy_id AND p.extractor_id = v.extractor_id
  WHERE v.version > 1 AND p.id IN (SELECT value FROM json_each(?)) ORDER BY v.first_seen DESC, v.id DESC LIMIT ?)
ORDER BY n.first_seen DESC, n.site, n.policy_url, n.version DESC
"""


@dataclass(frozen=True, slots=True)
class FeedEntry:
    """One change; times are ISO 8601 UTC.

    :param not_before, not_after: the bracket: it happened in between.
    :param before_url, after_url: the captures at both ends of it.
    :param citation: of the new wording. :param times: how often this wording has come by then; more than once for one that returned.
    :param excerpt: its first changed sentences, None where they were not asked for.
    """

    site: str
    policy_url: str
    version: int
    from_version: int
    not_before: str
    not_after: str
    change_class: str
    words_added: int
    words_removed: int
    sections: tuple[str, ...]
    wording: str
    citation: str
    before_url: str
    after_url: str
    title: str
    times: int
    excerpt: Excerpt | None = None
    before_archive: str = ""
    after_archive: str = ""

    def id_of(self, authority: str) -> str:
        """Return the entry's URI, which stays: citation of the wording without its day (history/timeline/citations.py).

        :param authority: who publishes the feed, as a tag URI begins (`authority_of`).
        """
        again = f".{self.times}" if self.times > 1 else ""
        return f"{authority}change/{quote(self.policy_url, safe='')}@{self.wording[:LENGTH]}{again}"

    @property
    def headline(self) -> str:
        words = f"+{self.words_added:,} \N{MINUS SIGN}{self.words_removed:,} words"
        return f"{self.site}: {self.change_class}, {words}"

    @property
    def summary(self) -> str:
        """Return a few sentences of plain text."""
        text = (
            f"The policy at {self.policy_url} changed after {_day(self.not_before)} and not later than "
            f"{_day(self.not_after)} (version {self.from_version} to {self.version})."
        )
        if self.sections:
            more = len(self.sections) - _SECTIONS
            text += f" Sections: {'; '.join(self.sections[:_SECTIONS])}{f'; {more} more' if more > 0 else ''}."
        return text


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed.

    :param site: of which it is; "" for all.
    :param entries: newest first.
    :param url: where it will be found, "" where that is not known.
    """

    site: str
    entries: tuple[FeedEntry, ...]
    url: str = ""

    @property
    def authority(self) -> str:
        """Of its ids: the host at which it will be found, which nobody else has (RFC 4151)."""
        host = urlsplit(self.url).hostname if self.url else ""
        return f"tag:{host},2026:" if host and _HOST.fullmatch(host) else _AUTHORITY

    @property
    def feed_id(self) -> str:
        site = quote(self.site, safe="")
        return f"{self.authority}changes{f'/{site}' if site else ''}"

    @property
    def title(self) -> str:
        return f"Changes of the policies of {self.site}" if self.site else "Changes of policies"

    @property
    def updated(self) -> str:
        return max((entry.not_after for entry in self.entries), default=_NEVER)


def read_entries(
    db: sqlite3.Connection, policies: Sequence[PolicyRow], limit: int, excerpts: Excerpts | None = None
) -> tuple[FeedEntry, ...]:
    """Return the newest changes of some policies.

    :param db: of history.database.open_database. :param limit: how many at most.
    :param excerpts: also the first changed sentences of each; those that are in it are not compared again.
    """
    ids = json.dumps([policy.policy_id for policy in policies])
    names = {policy.policy_id: policy.cited for policy in policies}
    rows = db.execute(_CHANGES, [ids, limit]).fetchall()
    return tuple(
        _entry(row, names[row["policy_id"]], None if excerpts is None else _excerpt(db, row, excerpts)) for row in rows
    )


def _excerpt(db: sqlite3.Connection, row: sqlite3.Row, excerpts: Excerpts) -> Excerpt:
    key = row["from_text"], row["to_text"]
    if key not in excerpts:
        excerpts[key] = first_of(diff(text_blocks(db, key[0]), text_blocks(db, key[1])))
    return excerpts[key]


def _entry(row: sqlite3.Row, name: str, excerpt: Excerpt | None) -> FeedEntry:
    return FeedEntry(
        row["site"],
        row["policy_url"],
        row["version"],
        row["from_version"],
        row["not_before"],
        row["not_after"],
        row["change_class"],
        row["words_added"],
        row["words_removed"],
        tuple(json.loads(row["sections"])),
        row["wording"],
        cite(name, row["not_after"], row["wording"]),
        row["before_url"],
        row["after_url"],
        row["title"] or "",
        row["times"],
        excerpt,
        row["before_archive"],
        row["after_archive"],
    )


def atom(feed: Feed, program: str) -> bytes:
    """Return a feed as an Atom document in UTF-8.

    :param program: name and version, for `generator`: "policylapse/1.2".
    """
    root = ET.Element("feed", {"xmlns": ATOM, "xml:lang": "en"})
    _add(root, "id", feed.feed_id)
    _add(root, "title", feed.title)
    _add(root, "updated", feed.updated)
    _add(_add(root, "author"), "name", "policylapse")
    name, _, version = program.partition("/")
    _add(root, "generator", name, version=version)
    if feed.url:
        _add(root, "link", rel="self", type="application/atom+xml", href=uri(feed.url))
    for entry in feed.entries:
        _atom_entry(_add(root, "entry"), entry, feed.authority)
    ET.indent(root)
    text: str = ET.tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="utf-8"?>\n{text}\n'.encode()


def _atom_entry(parent: ET.Element, entry: FeedEntry, authority: str) -> None:
    _add(parent, "id", entry.id_of(authority))
    _add(parent, "title", entry.headline)
    _add(parent, "updated", entry.not_after)
    _add(parent, "published", entry.not_after)
    _add(
        parent,
        "link",
        rel="alternate",
        href=uri(replay_url(entry.after_url)),
        title="The first capture with the new wording",
    )
    _add(
        parent,
        "link",
        rel="related",
        href=uri(replay_url(entry.before_url)),
        title="The last capture with the old wording",
    )
    _add(parent, "category", term=entry.change_class)
    _add(parent, "summary", entry.summary)
    _add(parent, "content", _html(entry), type="html")


def _html(entry: FeedEntry) -> str:
    (before, after), (old, new) = (
        [escape(uri(link(url))) for url in (entry.before_url, entry.after_url)] for link in (replay_url, str)
    )
    return (
        f"<p>{escape(entry.summary)}</p>{excerpt_html(entry.excerpt) if entry.excerpt else ''}"
        f'<p>In the archive: <a href="{before}">last with the old wording</a> ({_day(entry.not_before)}), '
        f'<a href="{after}">first with the new wording</a> ({_day(entry.not_after)}). '
        f'The captured bytes, for digests: <a href="{old}">old</a>, <a href="{new}">new</a>.</p>'
    )


def _add(parent: ET.Element, tag: str, text: str = "", **attributes: str) -> ET.Element:
    """An element with text that XML can hold: what is not in its character set is a replacement character."""
    element = ET.SubElement(parent, tag, {name: _xml(value) for name, value in attributes.items()})
    element.text = _xml(text) or None
    return element


def _xml(text: str) -> str:
    return _NO_XML.sub("\ufffd", text)


def _day(moment: str) -> str:
    return moment[:10]


def json_feed(feed: Feed) -> dict[str, Any]:
    """Return a feed as JSON Feed 1.1 has it (jsonfeed.org), with the change's own numbers under `_change`."""
    data: dict[str, Any] = {"version": "https://jsonfeed.org/version/1.1", "title": feed.title, "language": "en"}
    if feed.url:
        data["feed_url"] = feed.url
    return data | {
        "authors": [{"name": "policylapse"}],
        "items": [_json_item(entry, feed.authority) for entry in feed.entries],
    }


def _json_item(entry: FeedEntry, authority: str) -> dict[str, Any]:
    return {
        "id": entry.id_of(authority),
        "url": uri(replay_url(entry.after_url)),
        "title": entry.headline,
        "content_text": entry.summary,
        "content_html": _html(entry),
        "date_published": entry.not_after,
        "tags": [entry.change_class],
        "_change": {
            "site": entry.site,
            "policy_url": entry.policy_url,
            "from_version": entry.from_version,
            "to_version": entry.version,
            "not_before": entry.not_before,
            "not_after": entry.not_after,
            "change_class": entry.change_class,
            "words_added": entry.words_added,
            "words_removed": entry.words_removed,
            "sections": list(entry.sections),
            "archive": entry.after_archive,
            "before_archive": entry.before_archive,
            "citation": entry.citation,
            **link_data(entry.after_url),
            **link_data(entry.before_url, "before_"),
        },
    }


def by_site(policies: Iterable[PolicyRow]) -> dict[str, list[PolicyRow]]:
    """Return policies by their site, in alphabetical order."""
    sites: dict[str, list[PolicyRow]] = {}
    for policy in sorted(policies, key=lambda policy: (policy.site, policy.policy_id)):
        sites.setdefault(policy.site, []).append(policy)
    return sites

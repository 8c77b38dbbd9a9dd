"""How a site's policies were found: read_discovery(db, site, archive) ──► SiteDiscovery, for a person and for JSON."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from crawler.archives.capture import Outcome
from crawler.archives.timestamps import parse_iso
from crawler.discovery.asks import AskKind, Candidate, Evidence, Found, Source, Span
from crawler.discovery.links import Label

_INDEXES = (AskKind.INDEX.value, AskKind.HOMES.value, AskKind.URL.value)


@dataclass(frozen=True, slots=True)
class AskedRequest:
    """One request of a discovery, and what came of it.

    :param rows: of an index answer; `links` that may lead to a policy, of a page.
    :param said: in a few words.
    """

    kind: AskKind
    url: str
    timestamp: str
    outcome: Outcome
    rows: int
    links: int
    said: str


@dataclass(frozen=True, slots=True)
class SiteDiscovery:
    """What a search for a site's policies came to.

    :param requests: that the latest search took; `asked` has those of earlier ones, too.
    :param policies: the general one first, if there is one.
    """

    site: str
    archive: str
    at: datetime
    requests: int
    policies: tuple[Found, ...]
    candidates: tuple[Candidate, ...]
    asked: tuple[AskedRequest, ...]
    notes: tuple[str, ...]

    @property
    def general(self) -> Found | None:
        return next((one for one in self.policies if one.label is Label.GENERAL), None)


def read_discovery(db: sqlite3.Connection, site: str, archive: str) -> SiteDiscovery | None:
    """Return what the latest search for a site's policies in an archive came to, None if there was none."""
    row = db.execute(
        "SELECT d.site_id, d.at, d.requests, d.notes FROM discoveries d JOIN sites s ON s.id = d.site_id "
        "WHERE s.site = ? AND d.archive = ?",
        [site, archive],
    ).fetchone()
    if row is None:
        return None
    key = [row["site_id"], archive]
    return SiteDiscovery(
        site,
        archive,
        parse_iso(row["at"]),
        row["requests"],
        _policies(db, key),
        _candidates(db, key),
        _asked(db, key),
        tuple(json.loads(row["notes"])),
    )


def _policies(db: sqlite3.Connection, key: Sequence[Any]) -> tuple[Found, ...]:
    rows = db.execute("SELECT * FROM url_spans WHERE site_id = ? AND archive = ? ORDER BY policy, number", key)
    found: dict[int, tuple[Label, list[Span]]] = {}
    for row in rows:
        dates = (parse_iso(row[name]) if row[name] else None for name in ("after", "before"))
        after, before = dates
        span = Span(
            row["url"],
            after,
            parse_iso(row["first_seen"]),
            parse_iso(row["last_seen"]),
            before,
            _evidence(row["evidence"]),
        )
        found.setdefault(row["policy"], (Label(row["label"]), []))[1].append(span)
    return tuple(Found(label, tuple(spans)) for label, spans in found.values())


def _candidates(db: sqlite3.Connection, key: Sequence[Any]) -> tuple[Candidate, ...]:
    rows = db.execute(
        "SELECT * FROM candidates WHERE site_id = ? AND archive = ? ORDER BY taken DESC, score DESC, url", key
    )
    return tuple(
        Candidate(
            row["url"],
            Label(row["label"]),
            row["score"],
            bool(row["taken"]),
            tuple(json.loads(row["why"])),
            _evidence(row["evidence"]),
        )
        for row in rows
    )


def _evidence(text: str) -> tuple[Evidence, ...]:
    return tuple(Evidence(Source(e["source"]), e["page"], parse_iso(e["at"]), e["text"]) for e in json.loads(text))


def _asked(db: sqlite3.Connection, key: Sequence[Any]) -> tuple[AskedRequest, ...]:
    rows = db.execute(
        "SELECT kind, url, timestamp, outcome, detail, json_array_length(answer, '$.rows') AS rows, "
        "json_array_length(answer, '$.links') AS links, json_extract(answer, '$.target') AS target, "
        "json_extract(answer, '$.verdict.kind') AS verdict FROM discovery_answers "
        "WHERE site_id = ? AND archive = ? ORDER BY at, kind, url, timestamp",
        key,
    )
    return tuple(
        AskedRequest(
            AskKind(row["kind"]),
            row["url"],
            row["timestamp"],
            Outcome(row["outcome"]),
            row["rows"] or 0,
            row["links"] or 0,
            _said(row),
        )
        for row in rows
    )


def _said(row: sqlite3.Row) -> str:
    if row["outcome"] != Outcome.FETCHED.value:
        return row["detail"] or Outcome(row["outcome"]).about.meaning
    if row["kind"] in _INDEXES:
        return f"{row['rows'] or 'no'} rows kept"
    if row["kind"] == AskKind.REDIRECT.value:
        return f"to {row['target']}" if row["target"] else "no redirect"
    links = f"{row['links'] or 'no'} links that may lead to a policy"
    return f"{row['verdict']}; {links}" if row["verdict"] else links

"""Databases written through the store, as a crawl writes them, from a list of what was seen; and all that is in one."""

import json
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory

from crawler.archives.capture import Capture, Listing, Memento, Outcome, Period, sha1_base32
from crawler.archives.surt import surt
from crawler.archives.timestamps import format_timestamp
from pipelines.model import Block, BlockKind, Extraction, Judgement, Link
from pipelines.reading.reading import Reading
from pipelines.store.load import load_payload
from pipelines.store.store import Store
from pipelines.text.digests import text_digest
from pipelines.text.wording import text_words, wording_key
from pipelines.upkeep.fsck import check

NOW = datetime(2026, 1, 1, tzinfo=UTC)
FIRST = datetime(2015, 1, 1, tzinfo=UTC)
SITE, URL = "shop.example", "http://shop.example/privacy"
EXTRACTOR = "test-1"
FURNITURE = "".join(f"<li>menu {number * 7919 % 1000}</li>" for number in range(300))


@dataclass(frozen=True)
class Seen:
    """A capture of a page.

    :param state: fetched, unread (kept, then killed), bot (no policy), failed, pending.
    """

    day: int
    text: str = "We keep your data."
    state: str = "fetched"
    url: str = URL
    site: str = SITE
    archive: str = "test"

    @property
    def body(self) -> bytes:
        return f"<html>{FURNITURE}<i>nonce {self.day}</i><p>{self.text}</html>".encode()

    @property
    def capture(self) -> Capture:
        at = FIRST + timedelta(days=self.day)
        return Capture(
            surt(self.url), format_timestamp(at), self.url, "text/html", "200", sha1_base32(self.body), "1234", at
        )

    def reading(self, extractor: str = EXTRACTOR) -> Reading:
        blocks = tuple(
            Block(BlockKind.HEADING, 1, line[2:]) if line.startswith("# ") else Block(BlockKind.PARAGRAPH, 0, line)
            for line in self.text.split("\n")
        )
        if self.state == "bot":
            return Reading(Outcome.NOT_A_POLICY, extractor, "bot check", None, Judgement(False, "bot check", 0.1))
        return Reading(
            Outcome.FETCHED,
            extractor,
            "",
            Extraction("Privacy", blocks, links=(Link("home", self.url),)),
            Judgement(True, "", 1.0),
            wording_key(blocks),
            text_digest(blocks),
            len(text_words(blocks)),
        )


def write(path, seen, *, now=NOW, extractor=EXTRACTOR, fold=True):
    """Write what was seen into a database, made where it is not there; return its path.

    What was made anew before is a copy of that file.
    """
    if path.exists():
        _add(path, seen, now, extractor, fold)
    else:
        path.write_bytes(_made(path.name, tuple(seen), now, extractor, fold))
    return path


@lru_cache(maxsize=32)
def _made(name, seen, now, extractor, fold):
    with TemporaryDirectory() as folder:
        path = Path(folder) / name
        _add(path, seen, now, extractor, fold)
        assert [file.name for file in path.parent.glob("*-wal")] == []  # all of it is in the file
        return path.read_bytes()


def _add(path, seen, now, extractor, fold):
    store = Store(path, lambda: now)
    try:
        run = store.runs.begin(program="test", archive="test", strategy="all", arguments={"file": path.name})
        policies = {one.url: store.policies.named(one.site, one.url, "named") for one in seen}
        for one in seen:
            put(store, run, policies[one.url], one, extractor)
        if fold:
            for policy in policies.values():
                store.versions.fold(policy, extractor)
        store.runs.finish(run, listed=len(seen), fetched=0, reused=0, exit_code=0)
    finally:
        store.close()


def put(store, run, policy, one, extractor=EXTRACTOR):
    """List, keep and read one capture."""
    capture = one.capture
    citation = f"https://archive.example/{one.archive}/{capture.timestamp}"
    store.listings.put(run, Listing(policy, one.archive, one.url, Period(), (capture,), (citation,)))
    day = Period(capture.captured_at, capture.captured_at)
    (listed,) = [c for c in store.captures.of(policy, one.archive, day) if c.capture == capture]
    if one.state == "failed":
        store.captures.settle(run, policy, listed, Outcome.PLAYBACK_FAILED, "HTTP 503")
    elif one.state != "pending" and not listed.outcome.settled:
        memento = Memento(200, {"content-type": "text/html"}, one.body, f"{citation}id_", capture.captured_at)
        store.captures.keep(listed, memento, Outcome.FETCHED)
        if one.state != "unread":
            store.readings.put(listed.capture_id, one.reading(extractor))


def damage(path, sql, *values):
    """Do to a database what no program of ours does."""
    with closing(sqlite3.connect(path)) as db:
        db.execute(sql, values)
        db.commit()
        changed = db.total_changes  # also those of triggers
    assert changed or sql.startswith("ALTER"), "the test damaged nothing"


def findings(path):
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as db:
        return list(check(db))


def damages(path):
    return [finding for finding in findings(path) if finding.kind.is_damage]


_POLICY = "JOIN policies p ON p.id = x.policy_id JOIN sites s ON s.id = p.site_id"
_CONTENT = {
    "sites": "SELECT site, added_at FROM sites",
    "policies": "SELECT s.site, x.urlkey, x.policy_url, x.added_at, e.extractor FROM policies x "
    "JOIN sites s ON s.id = x.site_id LEFT JOIN extractors e ON e.id = x.extractor_id",
    "policy_urls": f"SELECT s.site, p.urlkey, x.urlkey, x.url, x.valid_from, x.evidence FROM policy_urls x {_POLICY}",
    "captures": "SELECT x.archive, x.urlkey, x.timestamp, x.original, x.digest, x.mimetype, x.outcome, x.detail, "
    "x.fetched_at, y.payload_digest, x.http_status, x.headers, x.memento_url, x.failures, x.not_before, "
    "x.digest_verdict, x.citation_url FROM captures x LEFT JOIN payloads y ON y.id = x.payload_id",
    "extractions": "SELECT y.payload_digest, e.extractor, x.outcome, x.detail, t.text_digest, x.title, x.score, l.links "
    "FROM extractions x JOIN payloads y ON y.id = x.payload_id JOIN extractors e ON e.id = x.extractor_id "
    "LEFT JOIN texts t ON t.id = x.text_id LEFT JOIN link_layers l ON l.id = x.link_layer_id",
    "texts": "SELECT DISTINCT t.text_digest, t.wording, t.words, t.language, b.position, c.kind, c.level, c.markdown "
    "FROM extractions x JOIN texts t ON t.id = x.text_id JOIN text_blocks b ON b.text_id = t.id "
    "JOIN blocks c ON c.id = b.block_id",
    "versions": "SELECT site, policy_url, version, first_seen, last_seen, previous_last_seen, captures, words, "
    "change_class, words_added, words_removed, wording, title, sections FROM timeline",
    "version_text": "SELECT site, policy_url, version, text FROM version_text",
    "set_aside": f"SELECT s.site, p.urlkey, x.first_seen, x.last_seen, x.captures, x.reason FROM set_aside x {_POLICY}",
    "unsteady": f"SELECT s.site, p.urlkey, x.number, x.kind, x.example, x.times FROM unsteady_lines x {_POLICY}",
    "runs": "SELECT started_at, finished_at, program, archive, strategy, arguments, listed, exit_code FROM runs",
    "listings": f"SELECT r.arguments, s.site, p.urlkey, x.archive, x.url, x.outcome, x.row_count, x.listed_at, "
    f"x.resume_key FROM listings x {_POLICY} JOIN runs r ON r.id = x.run_id",
    "outcomes": "SELECT r.arguments, k.archive, k.timestamp, k.original, x.subject, x.outcome, x.detail, x.at "
    "FROM outcomes x JOIN runs r ON r.id = x.run_id LEFT JOIN captures k ON k.id = x.capture_id",
}


def content(path):
    """All that a database says, without the ids by which it says it; what nobody refers to, or is said
    twice, is no part of it.
    """
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as db:
        found = {name: sorted(set(map(json.dumps, db.execute(sql).fetchall()))) for name, sql in _CONTENT.items()}
        held = "SELECT y.payload_digest, y.id FROM payloads y WHERE id IN (SELECT payload_id FROM captures)"
        found["payloads"] = {digest: load_payload(db.execute, number) for digest, number in db.execute(held).fetchall()}
    return found

"""Databases as a crawl would have left them, written straight into the tables: histories that no archive has.

    history_db.policy("https://a.example/privacy", history_db.shown("2018-05-25", "We keep your data."))

For tests of what is read: nothing is fetched, no page is extracted, each capture has the text that it is given. A text is
blocks divided by empty lines. What goes through the store, as it is written by a crawl, is in stored.py.
"""

from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256

import zstandard
from sqlite_utils import Database

from crawler.archives.surt import site_of, surt
from crawler.archives.timestamps import format_iso, format_timestamp, parse_date
from pipelines.model import Block, BlockKind
from pipelines.store.schema.migrations import migrations
from pipelines.store.shelves.folds import refold
from pipelines.store.tables.block_words import index_new
from pipelines.store.tables.capture_table import CaptureTable
from pipelines.store.tables.extractions import put_extraction
from pipelines.text.wording import text_words, wording_key


@dataclass(frozen=True)
class Shown:
    """A capture of a written history.

    :param at: its date. :param text: blocks divided by empty lines, `## ` before a heading; "" for none.
    """

    at: str
    text: str = ""
    outcome: str = "fetched"
    title: str = "Privacy"
    url: str = ""
    detail: str = ""


class HistoryWriter:
    """Writes policies into a database as a crawl would have left them:

    history_db.policy("https://a.example/privacy", history_db.shown("2018-05-25", "We keep your data."))
    """

    shown = Shown

    def __init__(self, path):
        self.path = path
        self.db = Database(path)
        migrations.apply(self.db)
        self.db.execute("INSERT INTO extractors (extractor) VALUES ('test')")

    def policy(self, url, *captures, site="", archive="wayback", prefix="https://web.archive.org/web/"):
        """Write one policy with its captures; return the database's path."""
        policy_id = self._policy(url, site or site_of(url))
        for shown in captures:
            self._capture(policy_id, shown, shown.url or url, archive, prefix)
        refold(self.db, policy_id, 1)
        self.db.conn.commit()
        return self.path

    def move(self, url, to, at, evidence="archived redirect"):
        (policy_id,) = self.db.execute("SELECT policy_id FROM policy_urls WHERE url = ?", [url]).fetchone()
        self._insert(
            "policy_urls",
            policy_id=policy_id,
            urlkey=surt(to),
            url=to,
            valid_from=format_iso(_moment(at)),
            evidence=evidence,
        )

    def _policy(self, url, site):
        self.db.execute("INSERT INTO sites (site, added_at) VALUES (?, '') ON CONFLICT DO NOTHING", [site])
        (site_id,) = self.db.execute("SELECT id FROM sites WHERE site = ?", [site]).fetchone()
        policy_id = self._insert("policies", site_id=site_id, urlkey=surt(url), policy_url=url, added_at="")
        self._insert("policy_urls", policy_id=policy_id, urlkey=surt(url), url=url, evidence="named by the user")
        return policy_id

    def _capture(self, policy_id, shown, url, archive, prefix):
        moment = _moment(shown.at)
        timestamp = format_timestamp(moment)
        payload_id = self._extraction(shown, f"{url} {timestamp}") if shown.text else None
        row = {
            "archive": archive,
            "urlkey": surt(url),
            "timestamp": timestamp,
            "original": url,
            "mimetype": "text/html",
            "statuscode": "200",
            "digest": timestamp,
            "length": "1",
            "captured_at": format_iso(moment),
            "oddity": "",
            "outcome": shown.outcome,
            "detail": shown.detail,
            "payload_id": payload_id,
            "citation_url": f"{prefix}{timestamp}id_/{url}",
        }
        CaptureTable(self.db).add([row])

    def _extraction(self, shown, key):
        payload_id = self._insert(
            "payloads",
            sha256=sha256(key.encode()).digest(),
            size=len(key.encode()),
            depth=0,
            data=zstandard.compress(key.encode()),
        )
        text_id = self._text(blocks_of(shown.text), key)
        found = {
            "payload_id": payload_id,
            "extractor_id": 1,
            "link_layer_id": None,
            "text_id": text_id,
            "title": shown.title,
            "outcome": "fetched",
            "detail": "",
            "charset": "",
            "score": None,
            "evidence": "[]",
            "decisions": "[]",
            "kind": "",
            "kind_scores": "{}",
        }
        put_extraction(self.db, found)
        return payload_id

    def _text(self, blocks, key):
        text_id = self._insert(
            "texts", text_digest=key, wording=wording_key(blocks), words=len(text_words(blocks)), language="en"
        )
        for position, block in enumerate(blocks):
            values = [block.kind.value, block.level, block.markdown]
            held = "SELECT id FROM blocks WHERE kind = ? AND level = ? AND markdown = ?"
            row = self.db.execute(held, values).fetchone()
            if row:
                block_id = row[0]
            else:
                block_id = self._insert("block_rows", block_key=0, kind=values[0], level=values[1], markdown=values[2])
                index_new(self.db.conn, [(block_id, block.markdown)])
            self._insert("text_runs", text_id=text_id, position=position, first_block_id=block_id, length=1)
        return text_id

    def _insert(self, table, **columns):
        names, marks = ", ".join(columns), ", ".join("?" * len(columns))
        return self.db.execute(f"INSERT INTO {table} ({names}) VALUES ({marks})", list(columns.values())).lastrowid


def blocks_of(text):
    """Blocks divided by empty lines; `# `, `## `, `* `, `1. ` and `| ` before them say their kinds."""
    kinds = {
        "# ": (BlockKind.TITLE, 0),
        "## ": (BlockKind.HEADING, 2),
        "* ": (BlockKind.ITEM, 1),
        "1. ": (BlockKind.NUMBERED, 1),
        "| ": (BlockKind.ROW, 2),
    }
    found = []
    for part in text.split("\n\n"):
        mark = next((mark for mark in kinds if part.startswith(mark)), "")
        kind, level = kinds.get(mark, (BlockKind.PARAGRAPH, 0))
        found.append(Block(kind, level, part.removeprefix(mark)))
    return tuple(found)


def _moment(at):
    moment = parse_date(at)
    return moment if len(at) > len("2018-05-25") else moment + timedelta(hours=12)

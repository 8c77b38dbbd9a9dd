"""A database of many versions: 100 a policy, each of 40 paragraphs (1,000 words), of which one is another each time.

build(path, versions)        written through the store, as a crawl writes it: a millisecond or two a version
"""

import random
from datetime import UTC, datetime, timedelta
from pathlib import Path

from crawler.archives.capture import Capture, Listing, Memento, Outcome, Period, sha1_base32
from crawler.archives.surt import surt
from crawler.archives.timestamps import format_timestamp
from pipelines.model import Block, BlockKind, Extraction, Judgement
from pipelines.reading.payload import Reading
from pipelines.store.store import Store
from pipelines.text.digests import text_digest
from pipelines.text.wording import text_words, wording_key

VERSIONS, PARAGRAPHS, WORDS = 100, 40, 25


def build(path: Path, versions: int) -> None:
    """Write a database of so many versions, with the program's own store."""
    store = Store(path, lambda: datetime(2026, 1, 1, tzinfo=UTC))
    run = store.runs.begin(program="bench", archive="bench", strategy="all", arguments={})
    chance = random.Random(8)
    vocabulary = [f"{'bcdfglmnprst'[n % 12]}{'aeiou'[n % 5]}{'lnrstv'[n % 6]}{n}" for n in range(3_000)]
    for number in range(versions // VERSIONS):
        _policy(store, run, number, chance, vocabulary)
    store.close()


def _policy(store, run, number, chance, vocabulary) -> None:
    url = f"http://site{number:05}.example/privacy"
    policy = store.policies.named(f"site{number:05}.example", url, "bench")
    at = datetime(2005, 1, 1, tzinfo=UTC) + timedelta(hours=number)
    texts = [" ".join(chance.choices(vocabulary, k=WORDS)) + "." for _ in range(PARAGRAPHS)]
    captures, bodies, readings = [], [], []
    for version in range(VERSIONS):
        texts[chance.randrange(PARAGRAPHS)] = " ".join(chance.choices(vocabulary, k=WORDS)) + f" {version}."
        body = "\n".join(texts).encode()
        moment = at + timedelta(days=60 * version)
        captures.append(
            Capture(surt(url), format_timestamp(moment), url, "text/html", "200", sha1_base32(body), "999", moment)
        )
        blocks = tuple(Block(BlockKind.PARAGRAPH, 0, text) for text in texts)
        bodies.append(body)
        readings.append(
            Reading(
                Outcome.FETCHED,
                "bench-1",
                "",
                Extraction("Privacy", blocks),
                Judgement(True, "", 1.0),
                wording_key(blocks),
                text_digest(blocks),
                len(text_words(blocks)),
            )
        )
    citations = tuple(f"https://web.archive.org/web/{c.timestamp}id_/{url}" for c in captures)
    store.listings.put(run, Listing(policy, "bench", url, Period(), tuple(captures), citations))
    listed = {one.capture.timestamp: one for one in store.captures.of(policy, "bench", Period())}
    for capture, body, reading, citation in zip(captures, bodies, readings, citations, strict=True):
        one = listed[capture.timestamp]
        store.captures.keep(
            one, Memento(200, {"content-type": "text/html"}, body, citation, capture.captured_at), Outcome.FETCHED
        )
        store.readings.put(one.capture_id, reading)
    store.versions.fold(policy, "bench-1")

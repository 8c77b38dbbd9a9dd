"""A file of an earlier schema, with rows by SQL: three captures, two payloads, two versions."""

import json

import zstandard
from sqlite_utils import Database

from pipelines.store.schema.migrations import migrations

AT = "2015-01-0{}T00:00:00Z"
EXTRACTION = "payload_id, extractor_id, outcome, detail, text_id, title, charset, score, evidence, decisions"


def old_file(path, schema):
    """A file of an earlier schema (1 to 4), with rows by SQL: three captures, two payloads, two versions."""
    db = Database(path)
    migrations.apply(db, stop_before=["m002_reading", "m003_certainty", "m004_tombstones", "m005_small"][schema - 1])
    page = b"<p>We keep it.</p>" * 50
    first = zstandard.ZstdCompressor().compress(page)
    known = zstandard.ZstdCompressionDict(page, dict_type=zstandard.DICT_TYPE_RAWCONTENT)
    second = zstandard.ZstdCompressor(dict_data=known).compress(page + b"!")
    script = [
        ("INSERT INTO sites VALUES (1, 'a.example', '')", []),
        ("INSERT INTO extractors VALUES (1, 'old')", []),
        ("INSERT INTO policies VALUES (1, 1, 'example,a)/p', 'http://a.example/p', 1, 0, '')", []),
        ("INSERT INTO policy_urls VALUES (1, 'example,a)/p', 'http://a.example/p', NULL, NULL, 'test')", []),
        ("INSERT INTO payloads VALUES (1, ?, ?, NULL, 0, ?)", ["ab" * 32, len(page), first]),
        ("INSERT INTO payloads VALUES (2, ?, ?, 1, 1, ?)", ["cd" * 32, len(page) + 1, second]),
        ("INSERT INTO runs (id, started_at, program, archive, strategy, arguments) VALUES (1, '', '', '', '', '')", []),
    ]
    for n in (1, 2):
        script += [
            (
                "INSERT INTO texts (id, text_digest, wording, words, language) VALUES (?, ?, ?, 3, 'en')",
                [n, f"t{n}", f"w{n}"],
            ),
            ("INSERT INTO blocks VALUES (?, ?, 'paragraph', 0, ?)", [n, bytes([n]) * 16, f"We keep it {n}."]),
            ("INSERT INTO text_blocks (text_id, position, block_id) VALUES (?, 0, ?)", [n, n]),
            (
                f"INSERT INTO extractions ({EXTRACTION}) VALUES (?, 1, 'fetched', '', ?, 'T', 'utf-8', 0.5, '[]', '[]')",
                [n, n],
            ),
            (
                "INSERT INTO versions VALUES (?, 1, 1, ?, ?, ?, ?, ?, NULL, 1, ?, ?)",
                [n, n, f"w{n}", n, AT.format(n), AT.format(n), n, n],
            ),
        ]
    captures = [
        (1, "2015-01-01T00:00:00Z", "20150101000000", 1, '{"a": "1"}', "warc://x/20150101000000id_/http://a.example/p"),
        (2, "2015-01-02T00:00:00Z", "20150102000000", 2, '{"a": "2", "b": "é"}', "elsewhere"),
        (3, "2015-01-03T00:00:00Z", "20150003000000", None, None, None),
    ]
    values = [
        [id_, at, stamp, payload, headers, url, json.dumps([f"200 {url}"]) if url else None]
        for id_, at, stamp, payload, headers, url in captures
    ]
    insert = (
        "INSERT INTO captures (id, archive, urlkey, captured_at, timestamp, payload_id, headers, memento_url, chain, "
        "original, mimetype, statuscode, digest, length, outcome, citation_url, http_status, drift_seconds, memento_at) "
        "VALUES (?1, 'warc:x', 'example,a)/p', ?2, ?3, ?4, ?5, ?6, ?7, 'http://a.example/p', 'text/html', '-', 'D', "
        "'007', CASE WHEN ?4 THEN 'fetched' ELSE 'pending' END, 'https://c/' || ?3 || 'id_/http://a.example/p', "
        "CASE WHEN ?4 THEN 200 END, CASE WHEN ?4 THEN 0 END, CASE WHEN ?4 THEN ?2 END)"
    )
    script += [(insert, row) for row in values]
    script.append(("INSERT INTO outcomes VALUES (1, 1, 1, 3, 's', 'playback_failed', '', '')", []))
    if schema >= 2:
        script.append(
            ("INSERT INTO link_layers VALUES (1, x'01', ?)", [json.dumps([["a", "http://b"], ["c", "http://d"]])])
        )
        script.append(("UPDATE extractions SET link_layer_id = 1, kind = 'privacy'", []))
    for sql, row in script:
        db.execute(sql, row)
    db.conn.commit()
    return db

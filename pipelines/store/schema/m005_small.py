"""The SQL of migration m005: the same tables for people, a fifth of the bytes beneath.

A capture's row repeats what its neighbours say (archive, URL, status, headers), so that a thousand captures weighed
more than their pages. What they have alike is kept once; what follows from the rest (`captured_at` from the second,
`citation_url` from timestamp and URL) is not kept at all; the views `captures`, `extractions`, `text_blocks` and
`link_layers` put it together again, column for column as before, and can be written through.

    captures     = capture_rows + addresses + capture_kinds + header_sets
    extractions  = extraction_rows + findings          (what was found is alike for all pages of one text)
    text_blocks  = text_runs over blocks               (a text is a few runs of consecutive blocks)
    link_layers  = link_layer_rows + links

It is one transaction: killed anywhere, the file is as it was. Never edited once it was released.
"""

from __future__ import annotations

from typing import Final

RUN_BLOCKS: Final = 256  # blocks in one run at most, so that the texts of a block are found within a bounded range
HEADER_SETS_TRIED: Final = 4  # last sets of an address that headers are told against: pages take turns

_DATE: Final = "strftime('%Y-%m-%dT%H:%M:%SZ', {at}, 'unixepoch')"
_CAPTURED: Final = _DATE.format(at="r.at")
_TIMESTAMP: Final = "coalesce(r.timestamp, strftime('%Y%m%d%H%M%S', r.at, 'unixepoch'))"
_MOMENT: Final = "r.at + coalesce(r.drift_seconds, 0), 'unixepoch'"
_MEMENTO_DATETIME: Final = (  # as HTTP writes it (RFC 9110 5.6.7)
    f"substr('SunMonTueWedThuFriSat', 1 + 3 * strftime('%w', {_MOMENT}), 3) || strftime(', %d ', {_MOMENT}) || "
    f"substr('JanFebMarAprMayJunJulAugSepOctNovDec', 3 * strftime('%m', {_MOMENT}) - 2, 3) || "
    f"strftime(' %Y %H:%M:%S GMT', {_MOMENT})"
)
_HEADERS_BASE: Final = f"json_patch(h.headers, json_object('memento-datetime', {_MEMENTO_DATETIME}))"
_MEMENTO_URL: Final = (
    f"CASE r.memento_url WHEN '' THEN a.memento_prefix || {_TIMESTAMP} || 'id_/' || a.original ELSE r.memento_url END"
)

TABLES: Final = """
CREATE TABLE addresses (                   -- one URL in one archive
  id INTEGER PRIMARY KEY,
  archive TEXT NOT NULL,
  urlkey TEXT NOT NULL,
  original TEXT NOT NULL,
  citation_prefix TEXT NOT NULL,           -- citation_url: this, the timestamp, "id_/", the URL
  memento_prefix TEXT NOT NULL DEFAULT '', -- memento_url: likewise
  UNIQUE (urlkey, original, archive)
) STRICT;

CREATE TABLE capture_kinds (               -- what captures have alike
  id INTEGER PRIMARY KEY,
  mimetype TEXT NOT NULL,
  statuscode TEXT NOT NULL,
  outcome TEXT NOT NULL,
  http_status INTEGER,
  digest_verdict TEXT
) STRICT;

CREATE INDEX capture_kinds_all ON capture_kinds (outcome, mimetype, statuscode);

CREATE TABLE header_sets (                 -- headers of mementos, JSON; captures tell how theirs differ
  id INTEGER PRIMARY KEY,
  address_id INTEGER NOT NULL REFERENCES addresses(id),
  headers TEXT NOT NULL
) STRICT;

CREATE INDEX header_sets_address ON header_sets (address_id);

CREATE TABLE new_capture_rows (
  id INTEGER PRIMARY KEY,
  address_id INTEGER NOT NULL REFERENCES addresses(id),
  at INTEGER NOT NULL,                     -- captured_at in seconds since 1970
  kind_id INTEGER NOT NULL REFERENCES capture_kinds(id),
  digest TEXT NOT NULL,
  length ANY NOT NULL,                     -- a number where the archive's text is one
  payload_id INTEGER REFERENCES payloads(id),
  fetched INTEGER,                         -- fetched_at in seconds since 1970
  drift_seconds INTEGER,
  headers_id INTEGER REFERENCES header_sets(id),
  headers_own TEXT,                        -- RFC 7396 patch: how the headers differ from their set
  timestamp TEXT,                          -- where it is not the 14 digits of `at`
  memento_url TEXT,                        -- '': as its address has it; NULL: none
  chain TEXT,                              -- '': status and memento_url alone; NULL: none
  citation_url TEXT,                       -- NULL: as its address has it
  memento_at TEXT,                         -- where it is not `at` and the drift
  redirect_url TEXT,
  detail TEXT,
  oddity TEXT,
  failures INTEGER,
  not_before TEXT
) STRICT;

CREATE TABLE new_payloads (                -- the bytes that were fetched, each once, content codings undone
  id INTEGER PRIMARY KEY,
  sha256 BLOB NOT NULL,
  size INTEGER NOT NULL,                   -- bytes, uncompressed
  base_id INTEGER REFERENCES payloads(id), -- the payload that is the zstd dictionary of this one; NULL: none
  depth INTEGER NOT NULL,                  -- how many payloads must be read before this one
  data BLOB NOT NULL,                      -- zstd; without its magic number since m005
  payload_digest TEXT GENERATED ALWAYS AS (lower(hex(sha256))) VIRTUAL
) STRICT;

CREATE TABLE new_blocks (
  id INTEGER PRIMARY KEY,
  block_key INTEGER NOT NULL,              -- 32 bits of a hash of the rest: finds it; each block is there once
  kind TEXT NOT NULL,                      -- title, heading, paragraph, item, numbered, term, definition, row, quote, pre
  level INTEGER NOT NULL,                  -- of a heading; depth of an item; 1 for a header row
  markdown TEXT NOT NULL
) STRICT;

CREATE TABLE compacted (                   -- what `policylapse compact` need not go through again
  urlkey TEXT PRIMARY KEY,
  payloads INTEGER NOT NULL,
  newest INTEGER NOT NULL                  -- payloads.id
) STRICT, WITHOUT ROWID;

CREATE TABLE findings (                    -- what extractors found, once for all payloads of which it is alike
  id INTEGER PRIMARY KEY,
  text_id INTEGER REFERENCES texts(id),
  outcome TEXT NOT NULL,
  detail TEXT NOT NULL,
  title TEXT NOT NULL,
  charset TEXT NOT NULL,
  score REAL,
  evidence TEXT NOT NULL,
  decisions TEXT NOT NULL,
  kind TEXT NOT NULL,
  kind_scores TEXT NOT NULL
) STRICT;

CREATE INDEX findings_text ON findings (text_id, detail, score);

CREATE TABLE extraction_rows (
  payload_id INTEGER NOT NULL REFERENCES payloads(id),
  extractor_id INTEGER NOT NULL REFERENCES extractors(id),
  finding_id INTEGER NOT NULL REFERENCES findings(id),
  link_layer_id INTEGER REFERENCES link_layer_rows(id),
  PRIMARY KEY (payload_id, extractor_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE text_runs (                   -- blocks first_block_id, first_block_id + 1, … from a position on
  text_id INTEGER NOT NULL REFERENCES texts(id),
  position INTEGER NOT NULL,
  first_block_id INTEGER NOT NULL REFERENCES blocks(id),
  length INTEGER NOT NULL,
  language TEXT,                           -- of its blocks, where it is not the text's
  PRIMARY KEY (text_id, position)
) STRICT, WITHOUT ROWID;

CREATE INDEX text_runs_block ON text_runs (first_block_id);

CREATE TABLE links (
  id INTEGER PRIMARY KEY,
  link_key INTEGER NOT NULL UNIQUE,        -- 64 bits of SHA-256 of both
  words TEXT NOT NULL,
  url TEXT NOT NULL
) STRICT;

CREATE TABLE link_layer_rows (
  id INTEGER PRIMARY KEY,
  link_digest BLOB NOT NULL UNIQUE,
  link_ids TEXT NOT NULL                   -- JSON
) STRICT;

CREATE VIRTUAL TABLE blocks_fts USING fts5(  -- words of blocks; rowid is blocks.id; history/search.py asks it
  markdown, content='', detail=none, columnsize=0, tokenize='unicode61 remove_diacritics 2');
"""

INDEXES: Final = """
CREATE INDEX capture_rows_address ON capture_rows (address_id, at);

CREATE INDEX capture_rows_digest ON capture_rows (substr(digest, 1, 5)) WHERE payload_id IS NOT NULL;

CREATE INDEX capture_rows_payload ON capture_rows (payload_id) WHERE payload_id IS NOT NULL;

CREATE INDEX blocks_key ON blocks (block_key);

CREATE INDEX versions_text ON versions (text_id);

CREATE INDEX payloads_sha256 ON payloads (substr(sha256, 1, 3));
"""

VIEWS: Final = f"""
CREATE VIEW captures AS                    -- one row of an archive's index, and what became of it
SELECT
  r.id, a.archive,
  a.urlkey,                                -- the seven CDX fields, as the archive gave them
  {_TIMESTAMP} AS timestamp,
  a.original, c.mimetype, c.statuscode, r.digest, CAST(r.length AS TEXT) AS length,
  {_CAPTURED} AS captured_at,              -- the timestamp, read
  coalesce(r.oddity, '') AS oddity,        -- what is wrong with the row
  c.outcome, coalesce(r.detail, '') AS detail,
  {_DATE.format(at="r.fetched")} AS fetched_at,  -- NULL while not fetched
  r.payload_id,
  coalesce(r.redirect_url, '') AS redirect_url,  -- where an archived redirect led, on the original site
  c.http_status,                           -- of the memento
  CASE WHEN r.headers_id IS NOT NULL THEN (
    SELECT json_patch({_HEADERS_BASE}, coalesce(r.headers_own, '{{}}')) FROM header_sets h WHERE h.id = r.headers_id)
    END AS headers,                        -- of the memento, JSON
  {_MEMENTO_URL} AS memento_url,           -- the archive's URL that answered
  coalesce(r.memento_at, {_DATE.format(at="r.at + r.drift_seconds")}) AS memento_at,  -- Memento-Datetime
  r.drift_seconds,                         -- memento_at - captured_at
  CASE r.chain WHEN '' THEN json_array(c.http_status || ' ' || ({_MEMENTO_URL})) ELSE r.chain END AS chain,  -- URLs asked
  coalesce(r.failures, 0) AS failures,     -- runs in which it could not be played back
  r.not_before,                            -- when it is worth asking again after a failure
  c.digest_verdict,                        -- SHA-1 of the payload against digest: match, mismatch, not checkable
  coalesce(r.citation_url, a.citation_prefix || {_TIMESTAMP} || 'id_/' || a.original) AS citation_url,  -- for a person
  r.at, r.address_id                       -- captured_at in seconds since 1970; both are indexed
FROM capture_rows r
JOIN addresses a ON a.id = r.address_id
JOIN capture_kinds c ON c.id = r.kind_id;

CREATE VIEW extractions AS                 -- what one extractor got from one payload
SELECT
  x.payload_id, x.extractor_id,
  f.outcome,                               -- fetched, not_a_policy, undecodable, extract_failed
  f.detail, f.text_id, f.title, f.charset,
  f.score,                                 -- how sure that it is a privacy policy, 0 to 1
  f.evidence,                              -- JSON: what the judge saw
  f.decisions,                             -- JSON: what the decoder and the extractor decided, and why
  f.kind, f.kind_scores, x.link_layer_id, f.id AS finding_id
FROM extraction_rows x JOIN findings f ON f.id = x.finding_id;

CREATE VIEW text_blocks AS                 -- the blocks of each text, in order
SELECT r.text_id, r.position + b.id - r.first_block_id AS position, b.id AS block_id, r.language
FROM text_runs r JOIN blocks b ON b.id BETWEEN r.first_block_id AND r.first_block_id + r.length - 1
  AND r.first_block_id BETWEEN b.id - {RUN_BLOCKS - 1} AND b.id;  -- says nothing new; finds the runs of a block

CREATE VIEW link_layers AS                 -- the links of a text, in reading order; never part of its wording
SELECT l.id, l.link_digest, (
  SELECT json_group_array(json_array(k.words, k.url)) FROM (
    SELECT k.words, k.url FROM json_each(l.link_ids) e JOIN links k ON k.id = e.value ORDER BY e.key) k
  ) AS links                               -- JSON: [[words, absolute URL on the original site], …]
FROM link_layer_rows l;

CREATE VIEW block_owners AS                -- who has a paragraph, since when: the first seen of each policy
SELECT b.id AS block_id, b.kind, b.markdown, s.site, p.policy_url, min(v.first_seen) AS first_seen,
  max(v.last_seen) AS last_seen, count(DISTINCT v.id) AS versions, p.id AS policy_id
FROM blocks b
CROSS JOIN text_runs r ON r.first_block_id BETWEEN b.id - {RUN_BLOCKS - 1} AND b.id
  AND r.first_block_id + r.length > b.id   -- CROSS: in this order, for the planner knows no sizes
CROSS JOIN versions v ON v.text_id = r.text_id
JOIN policies p ON p.id = v.policy_id AND p.extractor_id = v.extractor_id
JOIN sites s ON s.id = p.site_id
GROUP BY b.id, p.id;
"""

_SUFFIX: Final = "NEW.timestamp || 'id_/' || NEW.original"


def _prefix(url: str) -> str:
    """SQL: a URL without its timestamp and original, '' where it does not end with them."""
    return (
        f"CASE WHEN substr({url}, -length({_SUFFIX})) = {_SUFFIX} "
        f"THEN substr({url}, 1, length({url}) - length({_SUFFIX})) ELSE '' END"
    )


_KIND: Final = (
    "mimetype = NEW.mimetype AND statuscode = NEW.statuscode AND outcome = coalesce(NEW.outcome, 'pending') "
    "AND http_status IS NEW.http_status AND digest_verdict IS NEW.digest_verdict"
)
_INTERN_KIND: Final = f"""
  INSERT INTO capture_kinds (mimetype, statuscode, outcome, http_status, digest_verdict)
  SELECT NEW.mimetype, NEW.statuscode, coalesce(NEW.outcome, 'pending'), NEW.http_status, NEW.digest_verdict
  WHERE NOT EXISTS (SELECT 1 FROM capture_kinds WHERE {_KIND});"""
_NEW_KIND: Final = f"(SELECT id FROM capture_kinds WHERE {_KIND})"
_LENGTH: Final = "CASE WHEN CAST(CAST(NEW.length AS INTEGER) AS TEXT) = NEW.length THEN CAST(NEW.length AS INTEGER) ELSE NEW.length END"
_SECONDS: Final = "CAST(strftime('%s', {date}) AS INTEGER)"
_NEW_AT: Final = _SECONDS.format(date="NEW.captured_at")
_ADDRESS: Final = "a.urlkey = NEW.urlkey AND a.original = NEW.original AND a.archive = NEW.archive"
_MUTABLE: Final = (
    "detail",
    "fetched_at",
    "payload_id",
    "redirect_url",
    "headers",
    "memento_url",
    "memento_at",
    "drift_seconds",
    "chain",
    "failures",
    "not_before",
)

# How headers differ from a set: what is new or other, and null for what is gone.
_PATCH: Final = f"""(SELECT json_group_object(key, value) FROM (
      SELECT * FROM (SELECT key, value FROM json_each(NEW.headers) EXCEPT SELECT key, value FROM json_each({_HEADERS_BASE}))
      UNION ALL
      SELECT key, NULL FROM json_each({_HEADERS_BASE}) WHERE key NOT IN (SELECT key FROM json_each(NEW.headers))))"""
_BEST_SET: Final = f"""
  UPDATE capture_rows SET (headers_id, headers_own) = (
    SELECT h.id, {_PATCH} AS own
    FROM (SELECT * FROM header_sets WHERE address_id = NEW.address_id ORDER BY id DESC LIMIT {HEADER_SETS_TRIED}) h
    JOIN capture_rows r ON r.id = NEW.id ORDER BY length(own), h.id LIMIT 1)
  WHERE id = NEW.id AND NEW.headers IS NOT NULL;"""

TRIGGERS: Final = f"""
CREATE TRIGGER captures_insert INSTEAD OF INSERT ON captures  -- a row that is there already is left as it is
WHEN NEW.outcome IS 'forgotten' OR NOT EXISTS (SELECT 1 FROM tombstones WHERE urlkey = NEW.urlkey) BEGIN
  INSERT OR IGNORE INTO addresses (archive, urlkey, original, citation_prefix)
  SELECT NEW.archive, NEW.urlkey, NEW.original, {_prefix("NEW.citation_url")};
  {_INTERN_KIND}
  INSERT INTO capture_rows (id, address_id, at, kind_id, digest, length, timestamp, citation_url, oddity)
  SELECT NEW.id, a.id, {_NEW_AT}, {_NEW_KIND}, NEW.digest, {_LENGTH},
    nullif(NEW.timestamp, strftime('%Y%m%d%H%M%S', {_NEW_AT}, 'unixepoch')),
    nullif(NEW.citation_url, a.citation_prefix || {_SUFFIX}), nullif(NEW.oddity, '')
  FROM addresses a WHERE {_ADDRESS} AND NOT EXISTS (
    SELECT 1 FROM capture_rows r WHERE r.address_id = a.id AND r.at = {_NEW_AT} AND r.digest = NEW.digest
      AND {_TIMESTAMP} = NEW.timestamp);
  UPDATE captures SET {", ".join(f"{name} = NEW.{name}" for name in _MUTABLE)}
  WHERE changes() = 1 AND id = last_insert_rowid()
    AND ({" OR ".join(f"NEW.{name} IS NOT NULL" for name in _MUTABLE)});
END;

CREATE TRIGGER captures_stay_forgotten INSTEAD OF INSERT ON captures  -- whatever an index lists later
WHEN NEW.outcome IS NOT 'forgotten' AND EXISTS (SELECT 1 FROM tombstones WHERE urlkey = NEW.urlkey) BEGIN
  INSERT INTO captures (id, archive, urlkey, timestamp, original, mimetype, statuscode, digest, length, captured_at,
    oddity, citation_url, outcome, detail)
  SELECT NEW.id, NEW.archive, NEW.urlkey, NEW.timestamp, NEW.original, NEW.mimetype, NEW.statuscode, NEW.digest,
    NEW.length, NEW.captured_at, NEW.oddity, NEW.citation_url, 'forgotten', reason
  FROM tombstones WHERE urlkey = NEW.urlkey;
END;

CREATE TRIGGER captures_update INSTEAD OF UPDATE ON captures BEGIN
  SELECT RAISE(ABORT, 'what names a capture cannot be changed')
  WHERE (NEW.id, NEW.archive, NEW.urlkey, NEW.timestamp, NEW.original, NEW.captured_at)
    <> (OLD.id, OLD.archive, OLD.urlkey, OLD.timestamp, OLD.original, OLD.captured_at);
  {_INTERN_KIND}
  UPDATE addresses SET memento_prefix = {_prefix("NEW.memento_url")}
  WHERE id = OLD.address_id AND memento_prefix = '' AND NEW.memento_url IS NOT NULL;
  UPDATE capture_rows SET
    kind_id = {_NEW_KIND}, digest = NEW.digest, length = {_LENGTH}, payload_id = NEW.payload_id,
    fetched = {_SECONDS.format(date="NEW.fetched_at")}, drift_seconds = NEW.drift_seconds,
    memento_url = CASE WHEN NEW.memento_url = (SELECT memento_prefix FROM addresses WHERE id = OLD.address_id) || {_SUFFIX}
      THEN '' ELSE nullif(NEW.memento_url, '') END,
    chain = CASE WHEN NEW.chain = json_array(NEW.http_status || ' ' || NEW.memento_url) THEN '' ELSE NEW.chain END,
    memento_at = CASE WHEN NEW.memento_at IS NOT strftime('%Y-%m-%dT%H:%M:%SZ', at + NEW.drift_seconds, 'unixepoch')
      THEN NEW.memento_at END,
    citation_url = nullif(NEW.citation_url, (SELECT citation_prefix FROM addresses WHERE id = OLD.address_id) || {_SUFFIX}),
    redirect_url = nullif(NEW.redirect_url, ''), detail = nullif(NEW.detail, ''), oddity = nullif(NEW.oddity, ''),
    failures = nullif(NEW.failures, 0), not_before = NEW.not_before
  WHERE id = OLD.id;
END;

CREATE TRIGGER captures_headers INSTEAD OF UPDATE OF headers, drift_seconds ON captures
WHEN NEW.headers IS NOT OLD.headers OR NEW.drift_seconds IS NOT OLD.drift_seconds BEGIN
  UPDATE capture_rows SET headers_id = NULL, headers_own = NULL, drift_seconds = NEW.drift_seconds WHERE id = NEW.id;
  {_BEST_SET}
  INSERT INTO header_sets (address_id, headers)
  SELECT NEW.address_id, json_remove(NEW.headers, '$."memento-datetime"') FROM capture_rows r
  WHERE r.id = NEW.id AND NEW.headers IS NOT NULL
    AND (r.headers_id IS NULL OR 2 * length(r.headers_own) > length(NEW.headers));
  {_BEST_SET.replace("WHERE id = NEW.id", "WHERE changes() = 1 AND id = NEW.id")}
  UPDATE capture_rows SET headers_own = nullif(headers_own, '{{}}') WHERE id = NEW.id;
END;

CREATE TRIGGER captures_delete INSTEAD OF DELETE ON captures BEGIN
  DELETE FROM capture_rows WHERE id = OLD.id;
END;

CREATE TRIGGER extractions_insert INSTEAD OF INSERT ON extractions BEGIN  -- a row that is there already is left
  INSERT INTO findings (text_id, outcome, detail, title, charset, score, evidence, decisions, kind, kind_scores)
  SELECT NEW.text_id, NEW.outcome, coalesce(NEW.detail, ''), coalesce(NEW.title, ''), coalesce(NEW.charset, ''),
    NEW.score, coalesce(NEW.evidence, '[]'), coalesce(NEW.decisions, '[]'), coalesce(NEW.kind, ''),
    coalesce(NEW.kind_scores, '{{}}')
  WHERE NOT EXISTS (SELECT 1 FROM findings WHERE {{finding}});
  INSERT OR IGNORE INTO extraction_rows (payload_id, extractor_id, finding_id, link_layer_id)
  SELECT NEW.payload_id, NEW.extractor_id, (SELECT min(id) FROM findings WHERE {{finding}}), NEW.link_layer_id;
END;

CREATE TRIGGER extractions_update INSTEAD OF UPDATE ON extractions BEGIN
  DELETE FROM extraction_rows WHERE payload_id = OLD.payload_id AND extractor_id = OLD.extractor_id;
  INSERT INTO extractions (payload_id, extractor_id, outcome, detail, text_id, title, charset, score, evidence,
    decisions, kind, kind_scores, link_layer_id)
  SELECT NEW.payload_id, NEW.extractor_id, NEW.outcome, NEW.detail, NEW.text_id, NEW.title, NEW.charset, NEW.score,
    NEW.evidence, NEW.decisions, NEW.kind, NEW.kind_scores, NEW.link_layer_id;
END;

CREATE TRIGGER extractions_delete INSTEAD OF DELETE ON extractions BEGIN
  DELETE FROM extraction_rows WHERE payload_id = OLD.payload_id AND extractor_id = OLD.extractor_id;
END;

CREATE TRIGGER text_blocks_insert INSTEAD OF INSERT ON text_blocks BEGIN
  INSERT INTO text_runs VALUES (NEW.text_id, NEW.position, NEW.block_id, 1, NEW.language);
END;

CREATE TRIGGER text_blocks_delete INSTEAD OF DELETE ON text_blocks BEGIN  -- a text goes as a whole
  DELETE FROM text_runs WHERE text_id = OLD.text_id;
END;
""".replace(
    "{finding}",
    "text_id IS NEW.text_id AND detail = coalesce(NEW.detail, '') AND score IS NEW.score AND outcome = NEW.outcome "
    "AND title = coalesce(NEW.title, '') AND charset = coalesce(NEW.charset, '') AND kind = coalesce(NEW.kind, '') "
    "AND evidence = coalesce(NEW.evidence, '[]') AND decisions = coalesce(NEW.decisions, '[]') "
    "AND kind_scores = coalesce(NEW.kind_scores, '{}')",
)

"""The schema, one migration after the other. Applied ones are never edited; a change is a new function at the end.

Nothing here calls live code, and live code takes nothing from here but `migrations`: what a migration needs it has as a
copy of its own, so that no change elsewhere changes what it does (tests/pipelines/store/test_migrations.py).

The file is the public interface: people open it with sqlite3, pandas, DuckDB and Datasette. Every time is ISO 8601
UTC text ("2018-05-25T10:30:00Z"); CDX fields keep their names and the archive's own text.
"""

from __future__ import annotations

from sqlite_utils import Database, Migrations

from pipelines.store.schema.m005_rows import make_small
from pipelines.store.schema.m006_discovery import DISCOVERY
from pipelines.store.schema.m007_reading_side import READING_SIDE
from pipelines.store.schema.m008_others import ANNOTATIONS, DECLARATIONS
from pipelines.store.schema.m009_superseded import SUPERSEDED
from pipelines.store.schema.m011_parts import add_parts
from pipelines.store.schema.m012_tables import TABLES_ARE_WRITTEN
from pipelines.store.schema.m014_found import FOUND
from pipelines.store.schema.m015_ledgers import LEDGERS
from pipelines.store.schema.m016_not_needed import tell_what_is_not_needed
from pipelines.store.schema.m019_packed_blocks import pack_blocks, shorten_kinds
from pipelines.store.schema.m020_claims import CLAIMS
from pipelines.store.schema.m023_kept_once import keep_once

migrations = Migrations("policylapse")


@migrations()  # type: ignore[untyped-decorator]
def m001_initial(db: Database) -> None:
    """Sites, their policies and URLs, captures, payloads, texts as blocks, versions, changes, runs and outcomes."""
    db.executescript(_TABLES)
    db.executescript(_VIEWS)
    db.execute("PRAGMA application_id = 0x706C6170")


@migrations()  # type: ignore[untyped-decorator]
def m002_reading(db: Database) -> None:
    """What a page says beyond its words: kind of document, languages, links, dates; and what made no version."""
    db.executescript(_READING)


@migrations()  # type: ignore[untyped-decorator]
def m003_certainty(db: Database) -> None:
    """How much of a policy's history was read, and how much follows from it."""
    db.executescript(_CERTAINTY)


@migrations()  # type: ignore[untyped-decorator]
def m004_tombstones(db: Database) -> None:
    """What was forgotten on request, and stays so whatever an index lists later."""
    db.executescript(_TOMBSTONES)


@migrations()  # type: ignore[untyped-decorator]
def m005_small(db: Database) -> None:
    """What rows have alike is kept once, behind views of the same names; words of blocks can be searched."""
    make_small(db)


@migrations()  # type: ignore[untyped-decorator]
def m006_discovery(db: Database) -> None:
    """How a site's policies were found: what was asked and answered, candidates, URLs over time."""
    db.executescript(DISCOVERY)


@migrations()  # type: ignore[untyped-decorator]
def m007_reading_side(db: Database) -> None:
    """What the commands that read show, for SQL; and an index that has what a search for owners of blocks asks."""
    db.executescript(READING_SIDE)


@migrations()  # type: ignore[untyped-decorator]
def m008_declarations(db: Database) -> None:
    """What others declared: URLs that are a policy's for a time only, and which parts of their pages it is."""
    db.executescript(DECLARATIONS)


@migrations()  # type: ignore[untyped-decorator]
def m009_superseded(db: Database) -> None:
    """A page that stays up after its policy has moved on is no longer that policy."""
    db.executescript(SUPERSEDED)


@migrations()  # type: ignore[untyped-decorator]
def m011_parts(db: Database) -> None:
    """A page may hold several documents, each a policy of its own."""
    add_parts(db)


@migrations()  # type: ignore[untyped-decorator]
def m012_tables(db: Database) -> None:
    """The program writes tables; views are for reading."""
    db.executescript(TABLES_ARE_WRITTEN)


@migrations()  # type: ignore[untyped-decorator]
def m014_found(db: Database) -> None:
    """Which run found each change and event, so that a nightly run can say what is new."""
    db.executescript(FOUND)


@migrations()  # type: ignore[untyped-decorator]
def m015_ledgers(db: Database) -> None:
    """What was told to whom, and what an archive was asked to capture: each once, whatever kills the program."""
    db.executescript(LEDGERS)


@migrations()  # type: ignore[untyped-decorator]
def m016_not_needed(db: Database) -> None:
    """The view `captures` says which captures a finished crawl did not need."""
    tell_what_is_not_needed(db)


@migrations()  # type: ignore[untyped-decorator]
def m017_long_runs(db: Database) -> None:
    """The few long runs by their first block: who looks for the texts of a block need not pass over all short ones."""
    db.execute("CREATE INDEX text_runs_long ON text_runs (first_block_id, length) WHERE length > 8")


@migrations()  # type: ignore[untyped-decorator]
def m018_annotations(db: Database) -> None:
    """Labels that people or models made elsewhere."""
    db.executescript(ANNOTATIONS)


@migrations()  # type: ignore[untyped-decorator]
def m019_packed_blocks(db: Database) -> None:
    """Texts of blocks may be packed; the view `blocks` reads as the table did."""
    pack_blocks(db)


@migrations()  # type: ignore[untyped-decorator]
def m020_claims(db: Database) -> None:
    """What texts claim, for those who have it stored."""
    db.executescript(CLAIMS)


@migrations()  # type: ignore[untyped-decorator]
def m021_boxes(db: Database) -> None:
    """Short payloads may lie together in one row."""
    db.executescript(_BOXES)


@migrations()  # type: ignore[untyped-decorator]
def m022_kinds(db: Database) -> None:
    """Kinds of blocks are a letter in block_rows; the view `blocks` reads as before."""
    shorten_kinds(db)


@migrations()  # type: ignore[untyped-decorator]
def m023_kept_once(db: Database) -> None:
    """What is the same in most captures costs them one byte; lists may be ids of what they list."""
    keep_once(db)


# Empty until `policylapse compact` fills it. A payload whose data are empty is in a box (pipelines/store/boxes.py).
_BOXES = """
CREATE TABLE payload_boxes (               -- of payloads whose data are empty: zstd over the frames of many
  first_id INTEGER PRIMARY KEY,            -- of the payloads from this one on, up to the next row's
  frames BLOB NOT NULL
) STRICT;
"""

_TABLES = """
CREATE TABLE sites (
  id INTEGER PRIMARY KEY,
  site TEXT NOT NULL UNIQUE,               -- what the user named, or the URL's registrable domain
  added_at TEXT NOT NULL
) STRICT;

CREATE TABLE policies (
  id INTEGER PRIMARY KEY,
  site_id INTEGER NOT NULL REFERENCES sites(id),
  urlkey TEXT NOT NULL,                    -- SURT of policy_url
  policy_url TEXT NOT NULL,                -- the URL by which the policy is known
  extractor_id INTEGER REFERENCES extractors(id),  -- the one its versions are built with
  dirty INTEGER NOT NULL DEFAULT 0,        -- 1: captures were read since the versions were folded
  added_at TEXT NOT NULL,
  UNIQUE (site_id, urlkey)
) STRICT;

CREATE TABLE policy_urls (                 -- the URLs at which a policy stood, over time
  policy_id INTEGER NOT NULL REFERENCES policies(id),
  urlkey TEXT NOT NULL,
  url TEXT NOT NULL,
  valid_from TEXT,                         -- NULL: not known
  valid_to TEXT,
  evidence TEXT NOT NULL,                  -- how it was found
  PRIMARY KEY (policy_id, urlkey)
) STRICT, WITHOUT ROWID;

CREATE INDEX policy_urls_urlkey ON policy_urls (urlkey);

CREATE TABLE payloads (                    -- the bytes that were fetched, each once, content codings undone
  id INTEGER PRIMARY KEY,
  payload_digest TEXT NOT NULL UNIQUE,     -- SHA-256, hexadecimal
  size INTEGER NOT NULL,                   -- bytes, uncompressed
  base_id INTEGER REFERENCES payloads(id), -- the payload that is the zstd dictionary of this one; NULL: none
  depth INTEGER NOT NULL,                  -- how many payloads must be read before this one
  data BLOB NOT NULL                       -- zstd
) STRICT;

CREATE TABLE captures (
  id INTEGER PRIMARY KEY,
  archive TEXT NOT NULL,
  urlkey TEXT NOT NULL,                    -- the seven CDX fields, as the archive gave them
  timestamp TEXT NOT NULL,
  original TEXT NOT NULL,
  mimetype TEXT NOT NULL,
  statuscode TEXT NOT NULL,
  digest TEXT NOT NULL,
  length TEXT NOT NULL,
  captured_at TEXT NOT NULL,               -- the timestamp, read
  oddity TEXT NOT NULL DEFAULT '',         -- what is wrong with the row
  outcome TEXT NOT NULL DEFAULT 'pending',
  detail TEXT NOT NULL DEFAULT '',
  fetched_at TEXT,                         -- NULL while not fetched
  payload_id INTEGER REFERENCES payloads(id),
  redirect_url TEXT NOT NULL DEFAULT '',   -- where an archived redirect led, on the original site
  http_status INTEGER,                     -- of the memento
  headers TEXT,                            -- of the memento, JSON
  memento_url TEXT,                        -- the archive's URL that answered
  memento_at TEXT,                         -- Memento-Datetime
  drift_seconds INTEGER,                   -- memento_at - captured_at
  chain TEXT,                              -- URLs asked on the way, JSON
  failures INTEGER NOT NULL DEFAULT 0,     -- runs in which it could not be played back
  not_before TEXT,                         -- when it is worth asking again after a failure
  digest_verdict TEXT,                     -- SHA-1 of the payload against digest: match, mismatch, not checkable
  citation_url TEXT NOT NULL,              -- where a person finds the capture
  UNIQUE (archive, urlkey, timestamp, original, digest)
) STRICT;

CREATE INDEX captures_urlkey ON captures (urlkey, captured_at);
CREATE INDEX captures_digest ON captures (digest) WHERE payload_id IS NOT NULL;
CREATE INDEX captures_payload ON captures (payload_id);

CREATE TABLE extractors (
  id INTEGER PRIMARY KEY,
  extractor TEXT NOT NULL UNIQUE           -- library versions and our options
) STRICT;

CREATE TABLE texts (
  id INTEGER PRIMARY KEY,
  text_digest TEXT NOT NULL UNIQUE,        -- SHA-256 over its blocks
  wording TEXT NOT NULL,                   -- key of its word sequence: the same wording, the same version
  words INTEGER NOT NULL,
  language TEXT NOT NULL DEFAULT ''
) STRICT;

CREATE TABLE blocks (
  id INTEGER PRIMARY KEY,
  block_digest BLOB NOT NULL UNIQUE,
  kind TEXT NOT NULL,                      -- title, heading, paragraph, item, numbered, term, definition, row, quote, pre
  level INTEGER NOT NULL,                  -- of a heading; depth of an item; 1 for a header row
  markdown TEXT NOT NULL
) STRICT;

CREATE TABLE text_blocks (
  text_id INTEGER NOT NULL REFERENCES texts(id),
  position INTEGER NOT NULL,
  block_id INTEGER NOT NULL REFERENCES blocks(id),
  PRIMARY KEY (text_id, position)
) STRICT, WITHOUT ROWID;

CREATE INDEX text_blocks_block ON text_blocks (block_id);

CREATE TABLE extractions (                 -- what one extractor got from one payload
  id INTEGER PRIMARY KEY,
  payload_id INTEGER NOT NULL REFERENCES payloads(id),
  extractor_id INTEGER NOT NULL REFERENCES extractors(id),
  outcome TEXT NOT NULL,                   -- fetched, not_a_policy, undecodable, extract_failed
  detail TEXT NOT NULL DEFAULT '',
  text_id INTEGER REFERENCES texts(id),
  title TEXT NOT NULL DEFAULT '',
  charset TEXT NOT NULL DEFAULT '',
  score REAL,                              -- how sure that it is a privacy policy, 0 to 1
  evidence TEXT NOT NULL DEFAULT '[]',     -- JSON: what the judge saw
  decisions TEXT NOT NULL DEFAULT '[]',    -- JSON: what the decoder and the extractor decided, and why
  UNIQUE (payload_id, extractor_id)
) STRICT;

CREATE INDEX extractions_text ON extractions (text_id);

CREATE TABLE versions (                    -- maximal runs of captures with one wording
  id INTEGER PRIMARY KEY,
  policy_id INTEGER NOT NULL REFERENCES policies(id),
  extractor_id INTEGER NOT NULL REFERENCES extractors(id),
  version INTEGER NOT NULL,                -- 1 is the oldest
  wording TEXT NOT NULL,
  text_id INTEGER NOT NULL REFERENCES texts(id),
  first_seen TEXT NOT NULL,
  last_seen TEXT NOT NULL,
  previous_last_seen TEXT,                 -- the change to it happened after this, not later than first_seen
  captures INTEGER NOT NULL,
  first_capture_id INTEGER NOT NULL REFERENCES captures(id),
  last_capture_id INTEGER NOT NULL REFERENCES captures(id),
  UNIQUE (policy_id, extractor_id, version)
) STRICT;

CREATE TABLE changes (                     -- the step from a version to the next
  id INTEGER PRIMARY KEY,
  policy_id INTEGER NOT NULL REFERENCES policies(id),
  from_version_id INTEGER NOT NULL REFERENCES versions(id) ON DELETE CASCADE,
  to_version_id INTEGER NOT NULL UNIQUE REFERENCES versions(id) ON DELETE CASCADE,
  change_class TEXT NOT NULL,              -- substantive, minor, dates, moved, replaced, return, language
  words_added INTEGER NOT NULL,
  words_removed INTEGER NOT NULL,
  sections TEXT NOT NULL                   -- JSON: headings under which words came or went
) STRICT;

CREATE TABLE runs (
  id INTEGER PRIMARY KEY,
  started_at TEXT NOT NULL,
  finished_at TEXT,                        -- NULL: running, or killed
  program TEXT NOT NULL,
  archive TEXT NOT NULL,
  strategy TEXT NOT NULL,
  arguments TEXT NOT NULL,                 -- JSON
  listed INTEGER,
  fetched INTEGER,
  reused INTEGER,
  exit_code INTEGER
) STRICT;

CREATE TABLE listings (                    -- what the index answered, a row an answer
  id INTEGER PRIMARY KEY,
  run_id INTEGER NOT NULL REFERENCES runs(id),
  policy_id INTEGER NOT NULL REFERENCES policies(id),
  archive TEXT NOT NULL,
  url TEXT NOT NULL,
  since TEXT,                              -- the period asked for by the person
  until TEXT,
  asked_from TEXT,                         -- what the index was asked for: newer than was known; NULL: everything
  outcome TEXT NOT NULL,                   -- fetched, not_archived, empty, excluded, excluded_robots, listing_failed
  detail TEXT NOT NULL DEFAULT '',
  row_count INTEGER NOT NULL,
  broken TEXT NOT NULL DEFAULT '[]',       -- JSON: rows that could not be read
  resume_key TEXT NOT NULL DEFAULT '',     -- '' on the last page
  listed_at TEXT NOT NULL
) STRICT;

CREATE TABLE outcomes (                    -- everything that did not go as asked, a row an event
  id INTEGER PRIMARY KEY,
  run_id INTEGER NOT NULL REFERENCES runs(id),
  policy_id INTEGER REFERENCES policies(id),
  capture_id INTEGER REFERENCES captures(id),
  subject TEXT NOT NULL,                   -- URL, or file:line of a list
  outcome TEXT NOT NULL,
  detail TEXT NOT NULL DEFAULT '',
  at TEXT NOT NULL
) STRICT;

CREATE INDEX outcomes_run ON outcomes (run_id);
"""

_VIEWS = """
CREATE VIEW readings AS                    -- the captures of each policy whose wording is known
SELECT
  p.id AS policy_id, k.id AS capture_id,
  -- where the archive played back another date (recorded, within a day), the text is of that date
  CASE WHEN k.drift_seconds <> 0 THEN k.memento_at ELSE k.captured_at END AS captured_at, k.outcome, k.original AS url, k.citation_url,
  e.extractor_id, e.text_id, t.wording, e.title
FROM policies p
JOIN policy_urls u ON u.policy_id = p.id
JOIN captures k ON k.urlkey = u.urlkey
JOIN extractions e ON e.payload_id = k.payload_id
JOIN texts t ON t.id = e.text_id
WHERE k.outcome IN ('fetched', 'revisit') AND e.outcome = 'fetched';

CREATE VIEW timeline AS
SELECT
  s.site, p.policy_url, v.version, v.first_seen, v.last_seen, v.previous_last_seen, v.captures,
  t.words, c.change_class, c.words_added, c.words_removed, v.wording,
  (SELECT e.title FROM captures k JOIN extractions e ON e.payload_id = k.payload_id
     AND e.extractor_id = v.extractor_id WHERE k.id = v.first_capture_id) AS title,
  fc.original AS url, fc.citation_url AS first_capture_url, lc.citation_url AS last_capture_url,
  c.sections, v.id AS version_id, p.id AS policy_id, v.text_id
FROM versions v
JOIN policies p ON p.id = v.policy_id AND p.extractor_id = v.extractor_id
JOIN sites s ON s.id = p.site_id
JOIN texts t ON t.id = v.text_id
JOIN captures fc ON fc.id = v.first_capture_id
JOIN captures lc ON lc.id = v.last_capture_id
LEFT JOIN changes c ON c.to_version_id = v.id;

CREATE VIEW change_detail AS
SELECT
  n.site, n.policy_url, o.version AS from_version, n.version AS to_version,
  n.previous_last_seen AS not_before, n.first_seen AS not_after,  -- the bracket: it happened in between
  n.change_class, n.words_added, n.words_removed, n.sections,
  o.wording AS from_wording, n.wording AS to_wording,
  o.last_capture_url AS from_capture_url, n.first_capture_url AS to_capture_url,
  o.title AS from_title, n.title AS to_title,
  o.version_id AS from_version_id, n.version_id AS to_version_id, n.policy_id
FROM timeline n
JOIN timeline o ON o.policy_id = n.policy_id AND o.version = n.version - 1;

CREATE VIEW title_changes AS               -- the page's title: metadata, never a change of the policy
SELECT site, policy_url, not_before, not_after, from_title, to_title, policy_id FROM (
  SELECT s.site, p.policy_url, r.policy_id, r.captured_at AS not_after, r.title AS to_title,
    lag(r.captured_at) OVER w AS not_before, lag(r.title) OVER w AS from_title
  FROM readings r
  JOIN policies p ON p.id = r.policy_id AND p.extractor_id = r.extractor_id
  JOIN sites s ON s.id = p.site_id
  WINDOW w AS (PARTITION BY r.policy_id ORDER BY r.captured_at, r.capture_id)
) WHERE from_title <> to_title;

CREATE VIEW version_blocks AS
SELECT v.site, v.policy_url, v.version, tb.position, b.kind, b.level, b.markdown, v.version_id, b.id AS block_id
FROM timeline v
JOIN text_blocks tb ON tb.text_id = v.text_id
JOIN blocks b ON b.id = tb.block_id;

CREATE VIEW version_text AS
SELECT
  v.site, v.policy_url, v.version, v.first_seen, v.last_seen, v.words,
  (SELECT group_concat(line, char(10) || char(10)) FROM (
    SELECT CASE
        WHEN b.kind = 'title' THEN '# ' || b.markdown
        WHEN b.kind = 'heading' THEN substr('######', 1, b.level) || ' ' || b.markdown
        WHEN b.kind = 'item' THEN substr('            ', 1, 2 * (b.level - 1)) || '* ' || b.markdown
        WHEN b.kind = 'numbered' THEN substr('            ', 1, 2 * (b.level - 1)) || '1. ' || b.markdown
        WHEN b.kind = 'row' THEN '| ' || b.markdown || ' |'
        WHEN b.kind = 'quote' THEN '> ' || b.markdown
        ELSE b.markdown END AS line
    FROM text_blocks tb JOIN blocks b ON b.id = tb.block_id
    WHERE tb.text_id = v.text_id ORDER BY tb.position)) AS text,
  v.version_id
FROM timeline v;
"""

_READING = """
CREATE TABLE link_layers (                 -- the links of a text, in reading order; never part of its wording
  id INTEGER PRIMARY KEY,
  link_digest BLOB NOT NULL UNIQUE,
  links TEXT NOT NULL                      -- JSON: [[words, absolute URL on the original site], …]
) STRICT;
ALTER TABLE extractions ADD COLUMN kind TEXT NOT NULL DEFAULT '';  -- privacy, terms, cookies, imprint, guidelines, other
ALTER TABLE extractions ADD COLUMN kind_scores TEXT NOT NULL DEFAULT '{}';  -- JSON: points by kind; below 1.5 says nothing
ALTER TABLE extractions ADD COLUMN link_layer_id INTEGER REFERENCES link_layers(id);
ALTER TABLE texts ADD COLUMN languages TEXT NOT NULL DEFAULT '{}';  -- JSON: share of the words by language code
ALTER TABLE text_blocks ADD COLUMN language TEXT;  -- of the block, where it is not the text's
CREATE TABLE text_dates (                  -- dates that a text gives for itself
  text_id INTEGER NOT NULL REFERENCES texts(id),
  position INTEGER NOT NULL,               -- of its block, from 0
  kind TEXT NOT NULL,                      -- updated, effective, published, other
  date TEXT NOT NULL,                      -- "2018-05-25"
  ambiguous INTEGER NOT NULL,              -- 1: day and month cannot be told apart; both readings have a row
  month_only INTEGER NOT NULL,             -- 1: it names no day, `date` is the first
  phrase TEXT NOT NULL,                    -- the words it was read from
  PRIMARY KEY (text_id, position, kind, date)
) STRICT, WITHOUT ROWID;

CREATE TABLE set_aside (                   -- captures that show another document than the policy
  policy_id INTEGER NOT NULL REFERENCES policies(id),
  extractor_id INTEGER NOT NULL REFERENCES extractors(id),
  first_capture_id INTEGER NOT NULL REFERENCES captures(id),
  last_capture_id INTEGER NOT NULL REFERENCES captures(id),
  captures INTEGER NOT NULL,
  first_seen TEXT NOT NULL,
  last_seen TEXT NOT NULL,
  text_id INTEGER NOT NULL REFERENCES texts(id),
  reason TEXT NOT NULL,                    -- another page, another language (code)
  PRIMARY KEY (policy_id, extractor_id, first_capture_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE unsteady_lines (              -- lines that come and go by themselves and therefore make no version
  policy_id INTEGER NOT NULL REFERENCES policies(id),
  extractor_id INTEGER NOT NULL REFERENCES extractors(id),
  number INTEGER NOT NULL,
  kind TEXT NOT NULL,                      -- ephemeral, flapping, shuffled
  example TEXT NOT NULL,                   -- Markdown of one of them
  times INTEGER NOT NULL,                  -- how often it changed from `since` to `until`
  since TEXT NOT NULL,
  until TEXT NOT NULL,
  PRIMARY KEY (policy_id, extractor_id, number)
) STRICT, WITHOUT ROWID;

DROP VIEW title_changes;
CREATE VIEW title_changes AS               -- the page's title: metadata, never a change of the policy
SELECT site, policy_url, not_before, not_after, from_title, to_title, policy_id FROM (
  SELECT s.site, p.policy_url, r.policy_id, r.captured_at AS not_after, r.title AS to_title,
    lag(r.captured_at) OVER w AS not_before, lag(r.title) OVER w AS from_title
  FROM readings r
  JOIN policies p ON p.id = r.policy_id AND p.extractor_id = r.extractor_id
  JOIN sites s ON s.id = p.site_id
  WHERE NOT EXISTS (SELECT 1 FROM set_aside a WHERE a.policy_id = r.policy_id AND a.extractor_id = r.extractor_id
    AND r.captured_at BETWEEN a.first_seen AND a.last_seen)
  WINDOW w AS (PARTITION BY r.policy_id ORDER BY r.captured_at, r.capture_id)
) WHERE from_title <> to_title;
"""

_CERTAINTY = """
CREATE TABLE certainty (                   -- how sure a policy's history is, after the latest crawl of an archive
  policy_id INTEGER NOT NULL REFERENCES policies(id),
  archive TEXT NOT NULL,
  strategy TEXT NOT NULL,                  -- of that crawl
  complete INTEGER NOT NULL,               -- 1: it was not cut short; captures still pending were not asked for
  listed INTEGER NOT NULL,                 -- captures that only playback can tell of
  fetched INTEGER NOT NULL,                -- of which the answer is known, be it that there is none
  inferred INTEGER NOT NULL,               -- not asked for: between two captures of one wording, or of a digest that was
  undecided INTEGER NOT NULL,              -- the rest
  longest_inferred_days REAL NOT NULL,     -- between two neighbouring captures that were read, of one wording
  longest_inferred_captures INTEGER NOT NULL,
  at TEXT NOT NULL,
  PRIMARY KEY (policy_id, archive)
) STRICT, WITHOUT ROWID;
"""

_TOMBSTONES = """
CREATE TABLE tombstones (                  -- pages that were forgotten on request
  urlkey TEXT PRIMARY KEY,
  url TEXT NOT NULL,
  site TEXT NOT NULL,                      -- of the policy that it was
  reason TEXT NOT NULL,
  forgotten_at TEXT NOT NULL,
  captures INTEGER NOT NULL,               -- how many were forgotten then
  payloads INTEGER NOT NULL                -- of them, how many different pages
) STRICT, WITHOUT ROWID;

CREATE TRIGGER captures_stay_forgotten AFTER INSERT ON captures
WHEN EXISTS (SELECT 1 FROM tombstones WHERE urlkey = NEW.urlkey) AND NEW.outcome <> 'forgotten'
BEGIN
  UPDATE captures SET outcome = 'forgotten',
    payload_id = NULL, fetched_at = NULL, redirect_url = '', http_status = NULL, headers = NULL, memento_url = NULL,
    memento_at = NULL, drift_seconds = NULL, chain = NULL, failures = 0, not_before = NULL, digest_verdict = NULL,
    detail = (SELECT reason FROM tombstones WHERE urlkey = NEW.urlkey) WHERE id = NEW.id;
END;
"""

"""The tables of discovery, as migration m006 makes them (pipelines/store/schema/migrations.py)."""

DISCOVERY = """
CREATE TABLE discoveries (                 -- the latest search for a site's policies in an archive
  site_id INTEGER NOT NULL REFERENCES sites(id),
  archive TEXT NOT NULL,
  at TEXT NOT NULL,
  requests INTEGER NOT NULL,               -- that it took
  notes TEXT NOT NULL,                     -- JSON: what went wrong or was left out
  PRIMARY KEY (site_id, archive)
) STRICT, WITHOUT ROWID;

CREATE TABLE discovery_answers (           -- what an archive said when it was asked for a site's policies, a row a request
  site_id INTEGER NOT NULL REFERENCES sites(id),
  archive TEXT NOT NULL,
  kind TEXT NOT NULL,                      -- index, homes, url: of its index; home, page, sitemap, redirect: one capture
  url TEXT NOT NULL,                       -- what was asked for; of kind index the site
  timestamp TEXT NOT NULL,                 -- of the capture, '' of an index
  at TEXT NOT NULL,
  outcome TEXT NOT NULL,
  detail TEXT NOT NULL,
  answer TEXT NOT NULL,                    -- JSON: rows (thinned), links (ranked), target of a redirect, verdict on a page
  PRIMARY KEY (site_id, archive, kind, url, timestamp)
) STRICT, WITHOUT ROWID;

CREATE TABLE candidates (                  -- URLs that were looked at in search of a site's policies
  site_id INTEGER NOT NULL REFERENCES sites(id),
  archive TEXT NOT NULL,
  url TEXT NOT NULL,
  label TEXT NOT NULL,                     -- general, children, applicants, regional, product, cookies, hub, print, older
  score REAL NOT NULL,                     -- 0 to 1
  taken INTEGER NOT NULL,                  -- 1: a policy stood there
  why TEXT NOT NULL,                       -- JSON: reasons for and against, to be read
  evidence TEXT NOT NULL,                  -- JSON: [{source, page, at, text}, …]
  PRIMARY KEY (site_id, archive, url)
) STRICT, WITHOUT ROWID;

CREATE TABLE url_spans (                   -- at which URL a policy of a site stood, when
  site_id INTEGER NOT NULL REFERENCES sites(id),
  archive TEXT NOT NULL,
  policy INTEGER NOT NULL,                 -- number of the policy on the site; 1 is the general one, if there is one
  number INTEGER NOT NULL,                 -- 1 is the oldest URL
  label TEXT NOT NULL,                     -- of the policy
  url TEXT NOT NULL,
  after TEXT,                              -- it came to stand there after this (NULL: not known),
  first_seen TEXT NOT NULL,                -- not later than this;
  last_seen TEXT NOT NULL,                 -- it still stood there then,
  before TEXT,                             -- and no longer here; NULL: not known to have ended
  evidence TEXT NOT NULL,                  -- JSON: [{source, page, at, text}, …]
  PRIMARY KEY (site_id, archive, policy, number)
) STRICT, WITHOUT ROWID;

ALTER TABLE policies ADD COLUMN label TEXT NOT NULL DEFAULT 'general';  -- of several policies of a site, which it is
"""

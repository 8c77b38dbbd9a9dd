"""The tables of what each run found, as migration m014 makes them (pipelines/store/schema/migrations.py)."""

FOUND = """
CREATE TABLE found_changes (               -- which run found each change; the row stays when its bracket narrows
  id INTEGER PRIMARY KEY,
  policy_id INTEGER NOT NULL REFERENCES policies(id),
  to_version_id INTEGER UNIQUE REFERENCES versions(id) ON DELETE SET NULL,  -- as changes.to_version_id; NULL: no change any more
  wording TEXT NOT NULL,                   -- the one that came
  not_before TEXT NOT NULL,                -- the bracket, as it is now
  not_after TEXT NOT NULL,
  run_id INTEGER REFERENCES runs(id),      -- NULL: found by no crawl (a merge, an extraction), or before runs were recorded
  found_at TEXT,
  ahead INTEGER NOT NULL                   -- 1: later than all that was read of the policy before that run; 0: the past, filled in
) STRICT;

CREATE INDEX found_changes_policy ON found_changes (policy_id);

CREATE INDEX found_changes_run ON found_changes (run_id);

CREATE TABLE found_events (                -- which run found each event (deleted, moved_off_site, …) of a policy
  id INTEGER PRIMARY KEY,
  policy_id INTEGER NOT NULL REFERENCES policies(id),
  kind TEXT NOT NULL,
  after TEXT,                              -- NULL: not known
  not_after TEXT NOT NULL,
  evidence TEXT NOT NULL,                  -- JSON: short phrases
  capture_url TEXT NOT NULL,
  seen_at TEXT NOT NULL,                   -- the newest capture by which it is known
  run_id INTEGER REFERENCES runs(id),
  found_at TEXT NOT NULL,
  ahead INTEGER NOT NULL,                  -- 1: the policy was known before that run
  stands INTEGER NOT NULL                  -- 0: later captures say otherwise
) STRICT;

CREATE INDEX found_events_policy ON found_events (policy_id);

CREATE TABLE horizons (                    -- up to when the captures of a policy were read
  policy_id INTEGER PRIMARY KEY REFERENCES policies(id),
  run_id INTEGER REFERENCES runs(id),      -- the last run that read any
  before TEXT,                             -- when that run began; NULL: it was the policy's first
  now TEXT NOT NULL
) STRICT;

CREATE TABLE reported_missing (            -- what crawls have reported as missing: not a failure again until it changes
  subject TEXT NOT NULL,                   -- a policy's URL; a line of a list
  archive TEXT NOT NULL,
  outcome TEXT NOT NULL,
  number INTEGER NOT NULL,                 -- of captures
  run_id INTEGER NOT NULL REFERENCES runs(id),  -- that reported it first
  PRIMARY KEY (subject, archive, outcome)
) STRICT, WITHOUT ROWID;

INSERT INTO found_changes (policy_id, to_version_id, wording, not_before, not_after, ahead)
SELECT v.policy_id, v.id, v.wording, v.previous_last_seen, v.first_seen, 0
FROM changes c JOIN versions v ON v.id = c.to_version_id
JOIN policies p ON p.id = v.policy_id AND p.extractor_id = v.extractor_id;

INSERT INTO horizons (policy_id, now)
SELECT p.id, max(v.last_seen) FROM policies p JOIN versions v ON v.policy_id = p.id AND v.extractor_id = p.extractor_id
GROUP BY p.id
"""

"""The ledgers of `notify` and `save`, as migration m015 makes them (pipelines/store/schema/migrations.py)."""

LEDGERS = """
CREATE TABLE watches (                     -- what a watch of notify.toml begins with: what was found before is the past
  watch TEXT PRIMARY KEY,
  after_change INTEGER NOT NULL,           -- found_changes.id
  after_event INTEGER NOT NULL,            -- found_events.id
  since TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE notices (                     -- one message to one channel
  id INTEGER PRIMARY KEY,
  notice_key TEXT NOT NULL UNIQUE,         -- Message-ID and webhook-id are made of it: the same at every attempt
  watch TEXT NOT NULL,
  channel TEXT NOT NULL,
  period TEXT NOT NULL,                    -- begin of the digest's period; '' for "now"
  state TEXT NOT NULL,                     -- pending, sent, empty, failed, withdrawn
  created_at TEXT NOT NULL,
  sent_at TEXT,
  attempts INTEGER NOT NULL DEFAULT 0,
  not_before TEXT,                         -- of the next attempt
  error TEXT NOT NULL DEFAULT ''           -- of the last attempt
) STRICT;

CREATE INDEX notices_open ON notices (state, channel);

CREATE INDEX notices_period ON notices (watch, channel, period);

CREATE TABLE notice_items (                -- what a message tells of; each once per watch and channel
  watch TEXT NOT NULL,
  channel TEXT NOT NULL,
  kind TEXT NOT NULL,                      -- change: found_changes.id; event: found_events.id
  item_id INTEGER NOT NULL,
  notice_id INTEGER NOT NULL REFERENCES notices(id),
  PRIMARY KEY (watch, channel, kind, item_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX notice_items_notice ON notice_items (notice_id);

CREATE TABLE channels_ended (              -- channels whose receiver said that it is gone (HTTP 410)
  channel TEXT NOT NULL,
  address TEXT NOT NULL,                   -- SHA-256 of it: addresses can be secrets
  at TEXT NOT NULL,
  reason TEXT NOT NULL,
  PRIMARY KEY (channel, address)
) STRICT, WITHOUT ROWID;

CREATE TABLE saves (                       -- what an archive was asked to capture (`policylapse save`)
  id INTEGER PRIMARY KEY,
  policy_id INTEGER NOT NULL REFERENCES policies(id),
  archive TEXT NOT NULL,
  url TEXT NOT NULL,
  asked_at TEXT NOT NULL,
  state TEXT NOT NULL,                     -- asking, pending, saved, fresh, refused, failed, later
  job_id TEXT NOT NULL DEFAULT '',         -- the archive's
  status_ext TEXT NOT NULL DEFAULT '',     -- the archive's code of the error
  message TEXT NOT NULL DEFAULT '',
  timestamp TEXT NOT NULL DEFAULT '',      -- of the capture, as the archive says; proven by the next listing only
  original_url TEXT NOT NULL DEFAULT '',   -- where it was captured, as the archive says
  finished_at TEXT,
  tries INTEGER NOT NULL DEFAULT 0,        -- runs in which it was asked without a result
  not_before TEXT                          -- when it is worth asking again
) STRICT;

CREATE INDEX saves_policy ON saves (policy_id, asked_at);

CREATE INDEX saves_open ON saves (state)
"""

"""Tables and views of migration m020 (pipelines/store/schema/migrations.py): what texts claim, stored.

Empty until `policylapse claims --store`. What is in them follows from blocks and rules: dropping it loses nothing.
"""

CLAIMS = """
ALTER TABLE sites ADD COLUMN company TEXT;   -- that it belongs to, by the list of companies: not a third party

CREATE TABLE claim_rules (                 -- the rules by which claims were read: one row, or none
  version TEXT NOT NULL                    -- of pipelines/claims/texts.py; claims of another version are not used
) STRICT;

CREATE TABLE claim_kinds (
  id INTEGER PRIMARY KEY,
  category TEXT NOT NULL,                  -- rights, sale, retention, …: data/rules/registry.toml
  subject TEXT NOT NULL,                   -- access, sell, period, …
  polarity TEXT NOT NULL,                  -- yes, no, conditional, unclear
  value TEXT NOT NULL,                     -- P30D, an age, an article; '' where the subject says everything
  rule TEXT NOT NULL
) STRICT;

CREATE TABLE block_claims (                -- what a block says, once for all texts that have it
  block_id INTEGER NOT NULL REFERENCES block_rows(id),
  reading INTEGER NOT NULL,                -- 0, or 1, 2, … where another heading or lead-in changes what it says
  number INTEGER NOT NULL,
  kind_id INTEGER NOT NULL REFERENCES claim_kinds(id),
  begin INTEGER NOT NULL,                  -- of its sentence in blocks.markdown, in characters from 0
  length INTEGER NOT NULL,                 -- 0: to the end
  PRIMARY KEY (block_id, reading, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE text_claims (                 -- the texts whose claims are stored
  text_id INTEGER PRIMARY KEY REFERENCES texts(id),
  readings TEXT                            -- JSON: the reading by position, where it is not 0; -1: says nothing
) STRICT;

CREATE VIEW version_claims AS              -- what each version says: one row per claim and sentence
SELECT s.site, p.policy_url, v.version, k.category, k.category || '.' || k.subject AS claim, k.polarity, k.value,
  trim(substr(b.markdown, c.begin + 1, CASE c.length WHEN 0 THEN length(b.markdown) ELSE c.length END)) AS sentence,
  v.previous_last_seen AS not_before, v.first_seen, v.last_seen, k.rule,
  r.position + c.block_id - r.first_block_id AS position, c.number, c.block_id, v.id AS version_id, v.policy_id
FROM versions v
CROSS JOIN policies p ON p.id = v.policy_id AND p.extractor_id = v.extractor_id
CROSS JOIN sites s ON s.id = p.site_id
CROSS JOIN text_claims t ON t.text_id = v.text_id
CROSS JOIN text_runs r ON r.text_id = v.text_id
CROSS JOIN block_claims c ON c.block_id BETWEEN r.first_block_id AND r.first_block_id + r.length - 1
  AND c.reading = coalesce(json_extract(t.readings, '$."' || (r.position + c.block_id - r.first_block_id) || '"'), 0)
CROSS JOIN claim_kinds k ON k.id = c.kind_id
CROSS JOIN blocks b ON b.id = c.block_id
WHERE NOT (k.category = 'party' AND s.company IS NOT NULL AND k.subject = s.company);

CREATE VIEW claim_stays AS                 -- when each claim was added and removed, with its first sentence
WITH said AS (
  SELECT site, policy_url, category, claim, polarity, value, version, policy_id, sentence, rule,
    min(position * 1000 + number) AS place
  FROM version_claims GROUP BY policy_id, claim, polarity, value, version
), numbered AS (
  SELECT *, version - row_number() OVER (PARTITION BY policy_id, claim, polarity, value ORDER BY version) AS run FROM said
), stays AS (
  SELECT site, policy_url, category, claim, polarity, value, sentence, rule, min(version) AS from_version,
    min(version) + count(*) - 1 AS to_version, policy_id
  FROM numbered GROUP BY policy_id, claim, polarity, value, run
)
SELECT y.site, y.policy_url, y.category, y.claim, y.polarity, y.value, y.from_version, y.to_version,
  f.previous_last_seen AS not_before,      -- the bracket: added after this, not later than first_seen
  f.first_seen, l.last_seen, n.first_seen AS gone_by, y.sentence, y.rule, y.policy_id
FROM stays y
JOIN policies p ON p.id = y.policy_id
JOIN versions f ON f.policy_id = p.id AND f.extractor_id = p.extractor_id AND f.version = y.from_version
JOIN versions l ON l.policy_id = p.id AND l.extractor_id = p.extractor_id AND l.version = y.to_version
LEFT JOIN versions n ON n.policy_id = p.id AND n.extractor_id = p.extractor_id AND n.version = y.to_version + 1;
"""

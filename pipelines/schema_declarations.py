"""What migration m008 makes (pipelines/migrations.py): declarations, and URLs that are a policy's for a time only."""

DECLARATIONS = """
CREATE TABLE declarations (                -- which parts of its pages a policy is, as somebody else declared it
  policy_id INTEGER PRIMARY KEY REFERENCES policies(id),
  declared_at TEXT NOT NULL,               -- when the crawl was told so
  hints TEXT NOT NULL                      -- JSON: [{urlkey, valid_from, valid_to, select, remove, source}, …]
) STRICT;

ALTER TABLE policy_urls ADD COLUMN bounded INTEGER NOT NULL DEFAULT 0;  -- 1: captures before valid_from and after valid_to are none of the policy

DROP VIEW readings;
CREATE VIEW readings AS                    -- the captures of each policy whose wording is known
SELECT
  p.id AS policy_id, k.id AS capture_id,
  -- where the archive played back another date (recorded, within a day), the text is of that date
  CASE WHEN k.drift_seconds <> 0 THEN k.memento_at ELSE k.captured_at END AS captured_at, k.outcome, k.original AS url, k.citation_url,
  e.extractor_id, e.text_id, t.wording, e.title
FROM policies p
JOIN policy_urls u ON u.policy_id = p.id
JOIN captures k ON k.urlkey = u.urlkey
  AND (NOT u.bounded OR k.captured_at BETWEEN coalesce(u.valid_from, '') AND coalesce(u.valid_to, '9'))
JOIN extractions e ON e.payload_id = k.payload_id
JOIN texts t ON t.id = e.text_id
WHERE k.outcome IN ('fetched', 'revisit') AND e.outcome = 'fetched';
"""

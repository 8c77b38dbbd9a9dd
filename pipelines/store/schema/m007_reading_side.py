"""What migration m007 adds: views of what the commands that read show. Never edited, as it has been applied."""

from __future__ import annotations

READING_SIDE = """
CREATE VIEW change_passages AS             -- the blocks that a change brought, and those that it took
SELECT s.site, p.policy_url, o.version AS from_version, n.version AS to_version,
  n.previous_last_seen AS not_before, n.first_seen AS not_after, c.change_class, 'added' AS what,
  b.kind, b.markdown, b.id AS block_id, c.policy_id
FROM changes c
JOIN versions o ON o.id = c.from_version_id
JOIN versions n ON n.id = c.to_version_id
JOIN policies p ON p.id = c.policy_id AND p.extractor_id = n.extractor_id
JOIN sites s ON s.id = p.site_id
JOIN text_blocks t ON t.text_id = n.text_id
JOIN blocks b ON b.id = t.block_id
WHERE NOT EXISTS (SELECT 1 FROM text_blocks x WHERE x.text_id = o.text_id AND x.block_id = t.block_id)
UNION ALL
SELECT s.site, p.policy_url, o.version, n.version, n.previous_last_seen, n.first_seen, c.change_class, 'removed',
  b.kind, b.markdown, b.id, c.policy_id
FROM changes c
JOIN versions o ON o.id = c.from_version_id
JOIN versions n ON n.id = c.to_version_id
JOIN policies p ON p.id = c.policy_id AND p.extractor_id = n.extractor_id
JOIN sites s ON s.id = p.site_id
JOIN text_blocks t ON t.text_id = o.text_id
JOIN blocks b ON b.id = t.block_id
WHERE NOT EXISTS (SELECT 1 FROM text_blocks x WHERE x.text_id = n.text_id AND x.block_id = t.block_id);

CREATE VIEW stated_dates AS                -- what versions say of their dates, beside when they were seen
SELECT v.site, v.policy_url, v.version, d.kind, d.date, d.month_only, d.ambiguous, d.phrase,
  v.previous_last_seen AS not_before, v.first_seen AS not_after,
  CASE WHEN d.kind <> 'updated' OR d.ambiguous THEN ''
    WHEN d.date > date(v.first_seen, '+1 day') THEN 'after_seen'
    WHEN coalesce(v.change_class, 'return') IN ('return', 'language') THEN ''
    WHEN EXISTS (SELECT 1 FROM versions o JOIN policies p ON p.id = o.policy_id AND p.extractor_id = o.extractor_id
        JOIN text_dates e ON e.text_id = o.text_id WHERE o.policy_id = v.policy_id AND o.version = v.version - 1
          AND e.kind = 'updated' AND e.date = d.date AND e.month_only = d.month_only)
      THEN CASE WHEN v.change_class IN ('substantive', 'replaced') THEN 'not_renewed' ELSE '' END
    WHEN date(d.date, CASE d.month_only WHEN 1 THEN '+1 month' ELSE '+1 day' END)
      <= date(v.previous_last_seen, '-31 days') THEN 'long_before'
    ELSE '' END AS doubt,                  -- of several dates the one that counts, and went_back: policylapse timeline
  v.version_id, v.policy_id
FROM timeline v
JOIN text_dates d ON d.text_id = v.text_id
WHERE d.kind <> 'other';

DROP INDEX text_runs_block;
CREATE INDEX text_runs_block ON text_runs (first_block_id, length);  -- all that a search for a block's texts asks
"""

"""What migration m009 makes (pipelines/store/schema/migrations.py): the view `readings`, which knows how long a URL was a policy's.

A declared URL is the policy's from `valid_from` to `valid_to` and no longer (`bounded`). One that was found by links or
redirects is it until another URL of the policy stands: a page that stays up beside the new one is no longer the policy,
but before that its captures prove more than the dates at which links were seen.
"""

_WHILE_THERE = """CASE WHEN u.bounded THEN k.captured_at BETWEEN coalesce(u.valid_from, '') AND coalesce(u.valid_to, '9')
  ELSE u.valid_to IS NULL OR NOT EXISTS (
    SELECT 1 FROM policy_urls o WHERE o.policy_id = u.policy_id AND k.captured_at > u.valid_to
      AND o.valid_from > u.valid_to AND o.valid_from <= k.captured_at) END"""

SUPERSEDED = f"""
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
JOIN extractions e ON e.payload_id = k.payload_id
JOIN texts t ON t.id = e.text_id
WHERE k.outcome IN ('fetched', 'revisit') AND e.outcome = 'fetched' AND {_WHILE_THERE};
"""

-- What did a version bring that the one before did not have?
SELECT n.kind, substr(n.markdown, 1, 80) AS added
FROM version_blocks n
WHERE n.site = 'lumenkart.example' AND n.version = 5 AND NOT EXISTS (
  SELECT 1 FROM version_blocks o
  WHERE o.site = n.site AND o.policy_url = n.policy_url AND o.version = 4 AND o.block_id = n.block_id)
ORDER BY n.position LIMIT 5;

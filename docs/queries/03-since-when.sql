-- Since when does a sentence stand, and until when did it?
SELECT v.site, date(min(v.first_seen)) AS first_seen, date(max(v.last_seen)) AS last_seen, count(*) AS versions,
  substr(b.markdown, 1, 50) AS paragraph
FROM blocks_fts f
JOIN version_blocks b ON b.block_id = f.rowid
JOIN timeline v ON v.version_id = b.version_id
WHERE blocks_fts MATCH 'sell AND personal AND information' AND b.markdown LIKE '%personal information%'
GROUP BY b.block_id, v.policy_id ORDER BY first_seen, v.site LIMIT 5;

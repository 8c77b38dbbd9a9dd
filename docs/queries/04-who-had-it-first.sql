-- Which paragraphs do several sites have, and who had each first?
SELECT min(first_seen) AS since, count(*) AS sites, site AS first_site, substr(markdown, 1, 50) AS paragraph
FROM block_owners
WHERE kind IN ('heading', 'paragraph', 'item')
GROUP BY block_id HAVING count(DISTINCT site) > 1
ORDER BY sites DESC, since LIMIT 5;

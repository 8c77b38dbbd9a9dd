-- Which captures are missing, and why?
SELECT k.outcome, k.detail, count(*) AS captures, min(k.timestamp) AS first, max(k.timestamp) AS last
FROM captures k
WHERE k.outcome NOT IN ('fetched', 'revisit', 'redirect')
GROUP BY 1, 2 ORDER BY captures DESC, 1, 2;

-- How sure is a history: how many captures were read, how many have their wording from those around them?
SELECT s.site, c.strategy, c.listed, c.fetched, c.inferred, c.undecided, round(c.longest_inferred_days) AS longest_gap_days
FROM certainty c
JOIN policies p ON p.id = c.policy_id JOIN sites s ON s.id = p.site_id
ORDER BY c.inferred DESC, s.site LIMIT 3;

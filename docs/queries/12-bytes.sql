-- What does a site weigh in the file, and what did its pages weigh?
SELECT s.site, count(*) AS pages, round(sum(size) / 1e6, 2) AS megabytes, round(sum(stored) / 1e3) AS kilobytes_kept
FROM (SELECT DISTINCT u.policy_id, y.id, y.size, length(y.data) AS stored
  FROM policy_urls u JOIN captures k ON k.urlkey = u.urlkey JOIN payloads y ON y.id = k.payload_id) x
JOIN policies p ON p.id = x.policy_id JOIN sites s ON s.id = p.site_id
GROUP BY s.site ORDER BY s.site LIMIT 5;

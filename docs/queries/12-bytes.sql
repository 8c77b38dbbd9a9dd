-- How many different pages has a site, and what do they weigh unpacked? (`length(y.data)` is what is kept of each)
SELECT s.site, count(*) AS pages, round(sum(size) / 1e6, 2) AS megabytes
FROM (SELECT DISTINCT u.policy_id, y.id, y.size
  FROM policy_urls u JOIN captures k ON k.urlkey = u.urlkey JOIN payloads y ON y.id = k.payload_id) x
JOIN policies p ON p.id = x.policy_id JOIN sites s ON s.id = p.site_id
GROUP BY s.site ORDER BY s.site LIMIT 5;

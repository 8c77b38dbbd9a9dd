-- Which versions say that they were updated after the day on which they were first seen, or a month before?
SELECT v.site, v.version, d.date AS says, date(v.previous_last_seen) AS not_before, date(v.first_seen) AS not_after
FROM timeline v
JOIN text_dates d ON d.text_id = v.text_id
WHERE d.kind = 'updated' AND NOT d.ambiguous AND v.previous_last_seen IS NOT NULL
  AND d.date NOT BETWEEN date(v.previous_last_seen, '-31 days') AND date(v.first_seen)
ORDER BY v.site, v.version LIMIT 5;

-- What do versions say of their own date, and does it contradict the captures? (doubt: after_seen, long_before, not_renewed)
SELECT site, version, kind, date AS says, date(not_before) AS not_before, date(not_after) AS not_after, doubt
FROM stated_dates ORDER BY doubt DESC, site, version LIMIT 5;

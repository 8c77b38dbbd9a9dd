-- Which changes brought or took a passage with a word?
SELECT site, to_version AS version, date(not_before) AS not_before, date(not_after) AS not_after, what,
  substr(markdown, 1, 60) AS passage
FROM change_passages WHERE markdown LIKE '%partner%' ORDER BY not_after, site, what LIMIT 5;

-- Which sites ever said that they do not sell data: since when, in which words, and when was it removed? (after `policylapse claims --store`)
SELECT site, date(not_before) AS not_before, date(first_seen) AS first_seen, date(gone_by) AS gone_by,
  substr(sentence, 1, 60) AS sentence
FROM claim_stays WHERE category = 'sale' AND polarity = 'no' ORDER BY site, first_seen LIMIT 6;

-- What changed, when at the earliest and when at the latest?
SELECT to_version AS version, date(not_before) AS not_before, date(not_after) AS not_after, change_class AS class,
  words_added AS added, words_removed AS removed
FROM change_detail WHERE site = 'lumenkart.example' ORDER BY to_version;

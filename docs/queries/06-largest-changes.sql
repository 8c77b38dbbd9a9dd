-- Which changes were the largest, over all sites?
SELECT site, date(not_after) AS seen, change_class AS class, words_added + words_removed AS words
FROM change_detail ORDER BY words DESC, site, seen LIMIT 5;

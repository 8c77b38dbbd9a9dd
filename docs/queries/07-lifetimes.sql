-- How long does a wording last?
SELECT site, count(*) AS versions, round(avg(julianday(last_seen) - julianday(first_seen))) AS days_on_average
FROM timeline GROUP BY policy_id ORDER BY site;

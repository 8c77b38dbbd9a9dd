-- What did a policy say on a day? (its first words; take the whole of `text`)
SELECT version, first_seen, words, substr(text, 1, 40) AS begins
FROM version_text
WHERE site = 'lumenkart.example' AND first_seen <= '2020-01-01'
ORDER BY first_seen DESC LIMIT 1;

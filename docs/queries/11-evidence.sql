-- What proves a version? (the archive's own copies, and the SHA-256 of what was fetched)
SELECT v.version, k.citation_url, k.digest AS cdx_digest, k.digest_verdict AS verdict, substr(y.payload_digest, 1, 16) AS sha256
FROM timeline v
JOIN versions w ON w.id = v.version_id
JOIN captures k ON k.id = w.first_capture_id
JOIN payloads y ON y.id = k.payload_id
WHERE v.site = 'lumenkart.example' ORDER BY v.version LIMIT 3;

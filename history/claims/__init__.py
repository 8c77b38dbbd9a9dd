"""Since when a policy promises what: the claims of texts (pipelines/claims) joined to versions, as blocks are.

`placed.py` reads what is stored of claims and computes the rest, `said.py` adds the sentences, `standing.py` says from
which version to which each stands. It may import `timeline` and what is below it. `policylapse claims`, `trends --claim`,
exports and pages call it.
"""

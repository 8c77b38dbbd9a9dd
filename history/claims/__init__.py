"""Since when a policy promises what: the claims of texts (pipelines/claims) joined to versions, as blocks are.

`said.py` reads the claims of texts, `standing.py` says from which version to which each stands. It may import
`timeline` and what is below it. `policylapse claims`, `trends --claim`, exports and pages call it.
"""

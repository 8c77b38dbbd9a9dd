"""What a text promises: claims, each with its sentence, its rule and its value. Rules are data (data/rules/*.toml).

    blocks ──context──► (block, heading and lead-in) ──match──► Claim(category, subject, value, polarity, sentence, rule)

Pure: the same block, context and rules give the same claims. `files.py` says where the rules are, `rules.py` reads them,
`needles.py` tells which words a pattern needs, `candidates.py` which rules a sentence has the words of, `match.py` applies
them, `scope.py` reads polarity, `values.py` reads durations and the like, `parties.py` finds companies, `texts.py` reads a
whole text and says by which version. It may import `pipelines/model.py` and `pipelines/text`. history/claims joins the
claims of blocks to versions.
"""

"""What a text promises: claims, each with its sentence, its rule and its value. Rules are data (data/rules/*.toml).

    blocks ──context──► (block, heading and lead-in) ──match──► Claim(category, subject, value, polarity, sentence, rule)

Pure: the same block, context and rules give the same claims. `rules.py` loads the rules, `needles.py` tells which words a
sentence needs for a rule to match, `match.py` applies them, `scope.py` reads polarity, `values.py` reads durations and the
like, `parties.py` finds companies, `texts.py` reads a whole text and says by which version. It may import
`pipelines/model.py` and `pipelines/text`. history/claims joins the claims of blocks to versions.
"""

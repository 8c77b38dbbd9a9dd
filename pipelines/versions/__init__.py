"""From readings over time to versions and changes: what is wording, what is furniture, what is another page.

A function of the set of captures, whatever their order (docs/wording.md). It may import `pipelines/text` and
`pipelines/reading/dates`. `pipelines/store/shelves/folds.py` calls it.
"""

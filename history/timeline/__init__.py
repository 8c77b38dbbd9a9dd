"""When each wording stood: versions, brackets, gaps, events, coverage, citations, and the version that is meant.

It may import history's own root. Diff, search and export stand on it.
"""

"""What the formats are written with, whichever the format: records, whole files, manifests, zips, git's streams.

It may import history/timeline and history/diff, and no format. Only history/export calls it.
"""

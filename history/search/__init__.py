"""Questions over all versions of all sites: passages, changes, the same edit of several, shares over time.

It may import `timeline`. The commands of the same names call it.
"""

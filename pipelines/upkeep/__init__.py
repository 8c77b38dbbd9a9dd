"""What keeps a file well after the crawl: check, repair, merge, forget, compact, read again.

It may import the store, and may write its tables. The commands of the same names call it.
"""

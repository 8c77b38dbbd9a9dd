"""From a payload's bytes to versions and changes, in one SQLite file.

`model.py` has what is passed on; `stages.py` is what Scrapy calls. The stations in order: reading, versions, store; upkeep
comes afterwards. It may import the pure rooms of crawler.
"""

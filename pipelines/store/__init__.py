"""The one SQLite file, and the only writer of it. A module a shelf; `load.py` has what readers read alike.

It may import reading, versions and text. Stages, upkeep and the Scrapy half (by dotted path) call it.
"""

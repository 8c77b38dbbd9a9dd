"""The one SQLite file, and the only writer of it. What readers read alike is in `load.py`.

It may import reading, versions and text. Stages, upkeep and the Scrapy half (by dotted path) call it.
"""

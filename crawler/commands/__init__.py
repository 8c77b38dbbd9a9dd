"""Scrapy's own command line: `scrapy crawl` with our exit codes. It calls `crawler/run.py`, as `policylapse crawl` does."""

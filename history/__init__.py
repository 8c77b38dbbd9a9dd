"""What the file tells: every question is a function of an open database. It reads, and never writes.

It may import pipelines and the pure rooms of crawler, and loads neither Scrapy nor trafilatura. The commands call it.
"""

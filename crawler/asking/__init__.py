"""How a request goes out and what comes back: the budget, pauses after a 429 or 503, retries, hostile headers.

The only room that knows how fast, and when to stay away. It may import `crawler.archives`. Scrapy calls it, as download
handlers and middleware that `settings.py` names.
"""

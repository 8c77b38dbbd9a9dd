"""Which captures are worth a request: the strategies, and what they know of a policy's listing. No I/O.

It may import `crawler.archives`. `crawler/spiders/state/policy_search.py` asks it what to fetch next.
"""

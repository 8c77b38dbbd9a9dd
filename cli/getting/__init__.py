"""Commands that get captures: crawl, plan, discover, save, import-warc, limits; and what a crawl does for a scheduler.

It may import everything but the other rooms of cli; `cli/commands.py` loads its modules by name.
"""

"""What a run knows while it is under way: the spider's parts are handed it, and nothing in here makes a request.

It may import what spiders/ imports, and none of the parts there.
"""

"""Where a site's policy stood, told from addresses, links and texts: what to ask next, and what the answers mean. No I/O.

It may import `crawler.archives`. `crawler/spiders` asks the archive for it; `pipelines/reading` finds links with it.
"""
